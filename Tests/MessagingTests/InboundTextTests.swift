import Messaging
import Testing

@Suite("texts that people send")
struct InboundTextTests {
    private func read(_ json: String) throws -> InboundText {
        try InboundText(parsing: json.utf8)
    }

    @Test("Twilio's names are read, and what else it sends is ignored")
    func twilio() throws {
        let text = try read(
            """
            {"ToCountry": "US", "NumMedia": 0, "MessageSid": "SM1", "From": "+14155550100", "To": "+14155550199",
             "Body": "c", "Media": [{}], "Latitude": null}
            """)
        #expect(text.from == "+14155550100")
        #expect(text.to == "+14155550199")
        #expect(text.body == "c")
        #expect(text.id == "SM1")
        #expect(text.word == .confirm)
    }

    @Test("plain names in lower case are read; what may be missing is")
    func plain() throws {
        let whole = try read(#"{"from": "+14155550100", "to": "72345", "body": "STOP", "id": "7"}"#)
        #expect(whole.to == "72345")
        #expect(whole.id == "7")
        let least = try read(#"{"from": "+14155550100", "body": ""}"#)
        #expect(least.to == nil)
        #expect(least.id == nil)
        #expect(least.word == .other)
    }

    private static let refusals: [(String, InboundTextError)] = [
        ("", .notAnObject), ("C", .notAnObject), ("[]", .notAnObject), (#""C""#, .notAnObject), ("null", .notAnObject),
        (#"{"From": "+14155550100", "Body": "C"} {}"#, .notAnObject), (#"{"From": "+1415"#, .notAnObject),
        ("{}", .missing("From")), (#"{"Body": "C"}"#, .missing("From")),
        (#"{"From": " ", "Body": "C"}"#, .missing("From")),
        (#"{"From": "+14155550100"}"#, .missing("Body")), (#"{"From": "+1", "Body": null}"#, .missing("Body")),
        (#"{"From": 14155550100, "Body": "C"}"#, .notText("From")),
        (#"{"from": "+1", "body": ["C"]}"#, .notText("body")),
        (#"{"From": "+1", "Body": "C", "MessageSid": {}}"#, .notText("MessageSid")),
    ]

    @Test("anything but one object with a sender and a body is refused", arguments: refusals)
    func refused(json: String, error: InboundTextError) {
        #expect(throws: error) { try read(json) }
    }

    @Test("input is read up to 64 kB and refused beyond")
    func size() throws {
        let frame = #"{"From": "+14155550100", "Body": ""}"#
        let room = InboundText.maximumSize - frame.utf8.count
        let body = { (count: Int) in frame.replacing(#""""#, with: "\"\(String(repeating: "a", count: count))\"") }
        #expect(try read(body(room)).body.count == room)
        #expect(throws: InboundTextError.tooLarge) { try read(body(room + 1)) }
    }

    @Test("what could harm a terminal is made visible")
    func hostile() throws {
        let text = try read(#"{"From": "+1\u001b[31m\r\n", "Body": "a\u0000\u202eb\r\nc", "MessageSid": "x\ny"}"#)
        #expect(text.from == "+1\u{FFFD}[31m")
        #expect(text.body == "a\u{FFFD}\u{FFFD}b\nc")
        #expect(text.id == "x y")
    }

    private static let spellings: [(ReplyWord, [String])] = [
        (
            .optOut,
            [
                "STOP", "stop", " Stop. ", "STOPALL", "stop all", "QUIT", "END", "REVOKE", "OPTOUT", "opt-out",
                "CANCEL",
                "cancel!", "UNSUBSCRIBE", "ＳＴＯＰ", "S\u{200B}TOP", "\u{FEFF}stop\u{200F}", "\"STOP\"", "stop\n",
                "STOP 🛑",
                "Please stop", "alto", "PARAR", "¡Basta!", "cancelar", "baja", "s\u{AD}top", "ｓｔｏｐ．",
            ]
        ),
        (.optIn, ["START", "unstop", "Start.", "alta"]),
        (.help, ["HELP", "info", "Ayuda", "¿ayuda?", "información", "informacio\u{301}n"]),
        (.confirm, ["C", "c", "C.", " c ", "\"C\"", "Ｃ", "C 👍", "confirm", "Confirmed!", "CONFIRMAR", "confirmo"]),
        (.callMe, ["R", "r.", "call me", "Call me please".replacing(" please", with: ""), "llámame", "LLÁMEME"]),
        (
            .other,
            [
                "", " ", "?", "👍", "yes", "YES", "Sí", "si", "ok", "no", "C?!x", "can I come at 5", "stop by at 5?",
                "cancel my session please", "I'll be at the end", "see you", "1", "C1", "STOPPED", "restart", "ССС",
                "help me find the door",
            ]
        ),
    ]

    @Test("an answer that is one of the known words is understood, however it is typed", arguments: spellings)
    func words(word: ReplyWord, spellings: [String]) {
        for spelling in spellings { #expect(ReplyWord(spelling) == word, "\(spelling)") }
    }

    @Test("no word confirms that carriers take for an opt-in, nor does one that ends the texts")
    func reserved() {
        for word in ["YES", "START", "UNSTOP", "CANCEL", "STOP", "END", "QUIT"] {
            #expect(ReplyWord(word) != .confirm)
        }
    }
}
