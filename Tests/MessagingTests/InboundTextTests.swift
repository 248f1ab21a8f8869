import Messaging
import Testing

@Suite("Inbound text messages")
struct InboundTextTests {
    private func read(_ json: String) throws -> InboundText {
        try InboundText(parsing: json.utf8)
    }

    @Test("parses Twilio's fields and ignores others")
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

    @Test("parses lower-case names, and optional fields may be missing")
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
        ("Body", .notAnObject), ("Body=C", .missing("From")), ("From=&Body=C", .missing("From")),
        (#"{"From": "+14155550100", "Body": "C"} {}"#, .notAnObject), (#"{"From": "+1415"#, .notAnObject),
        ("{}", .missing("From")), (#"{"Body": "C"}"#, .missing("From")),
        (#"{"From": " ", "Body": "C"}"#, .missing("From")),
        (#"{"From": ["+1"], "Body": "C"}"#, .missing("From")), (#"{"From": "\u0007", "Body": "C"}"#, .missing("From")),
    ]

    @Test("rejects input other than one object or form with a sender", arguments: refusals)
    func refused(json: String, error: InboundTextError) {
        #expect(throws: error) { try read(json) }
    }

    @Test("parses a form like an object")
    func form() throws {
        let text = try read("From=%2B14155550100&To=72345&Body=caf%C3%A9+%26+more%ZZ&NumMedia=2&MessageSid=SM9&X=\n")
        #expect(text.from == "+14155550100" && text.to == "72345" && text.id == "SM9")
        #expect(text.body == "café & more%ZZ")
        #expect(text.attachments == 2)
        #expect(try read("Body=C&From=+14155550100").from == "+14155550100", "an unencoded plus sign is accepted")
    }

    @Test("parses a picture without a body, and numbers instead of strings")
    func picture() throws {
        let text = try read(#"{"From": 14155550100, "NumMedia": 1, "MessageSid": {}, "Body": null}"#)
        #expect(text.from == "14155550100" && text.body.isEmpty && text.attachments == 1 && text.id == nil)
        #expect(try read(#"{"from": "+1", "body": ["C"], "NumMedia": "-4"}"#).attachments == 0)
    }

    private static let broken: [(String, String)] = [
        (#"STOP \ud83d"#, "STOP \u{FFFD}"), (#"\udc4d!"#, "\u{FFFD}!"), (#"\ud83d\ud83d\udc4d"#, "\u{FFFD}👍"),
        (#"\ud83d\udc4d"#, "👍"), (#"\uZZ"#, "\u{FFFD}ZZ"), ("a\u{1}b", "a\u{FFFD}b"), ("a\nb", "a\nb"),
        (#"it\'s"#, "it's"),
        (#"\u00e9\/\\"#, "é/\\"),
    ]

    @Test("repairs invalid strings", arguments: broken)
    func repaired(json: String, body: String) throws {
        #expect(try read(#"{"From": "+1", "Body": "\#(json)"}"#).body == body)
    }

    @Test("accepts octets that are not UTF-8")
    func junk() throws {
        let octets = Array(#"{"From": "+1", "Body": "STOP"#.utf8) + [0xFF, 0xC3] + Array(#""}"#.utf8)
        #expect(try InboundText(parsing: octets).word == .optOut)
    }

    @Test(
        "finds the number after an app's prefix",
        arguments: [
            ("whatsapp:+14155550100", "+14155550100"), ("RCS:+14155550100", "+14155550100"), ("72345", "72345"),
            ("messenger:4155550100", "messenger:4155550100"), ("+14155550100", "+14155550100"),
        ])
    func number(from: String, number: String) throws {
        #expect(try read(#"{"From": "\#(from)"}"#).number == number)
    }

    @Test("the service's opt-out type takes precedence over the body")
    func optOutType() throws {
        #expect(try read(#"{"From": "+1", "Body": "no thanks", "OptOutType": "STOP"}"#).word == .optOut)
        #expect(try read(#"{"From": "+1", "Body": "yes", "OptOutType": "START"}"#).word == .optIn)
        #expect(try read(#"{"From": "+1", "Body": "C", "OptOutType": ""}"#).word == .confirm)
    }

    @Test("accepts input up to 64 KiB and rejects larger input")
    func size() throws {
        let frame = #"{"From": "+14155550100", "Body": ""}"#
        let room = InboundText.maximumSize - frame.utf8.count
        let body = { (count: Int) in frame.replacing(#""""#, with: "\"\(String(repeating: "a", count: count))\"") }
        #expect(try read(body(room)).body.count == room)
        #expect(throws: InboundTextError.tooLarge) { try read(body(room + 1)) }
    }

    @Test("replaces control characters")
    func hostile() throws {
        let text = try read(#"{"From": "+1\u001b[31m\r\n", "Body": "a\u0000\u202eb\r\nc", "MessageSid": "x\ny"}"#)
        #expect(text.from == "+1[31m")
        #expect(text.body == "a\u{FFFD}\u{FFFD}b\nc")
        #expect(text.id == "x y")
    }

    private static let spellings: [(ReplyKeyword, [String])] = [
        (
            .optOut,
            [
                "STOP", "stop", " Stop. ", "STOPALL", "stop all", "QUIT", "END", "REVOKE", "OPTOUT", "opt-out",
                "UNSUBSCRIBE", "ＳＴＯＰ", "S\u{200B}TOP", "\u{FEFF}stop\u{200F}", "\"STOP\"", "stop\n",
                "STOP 🛑",
                "Please stop", "alto", "PARAR", "¡Basta!", "baja", "s\u{AD}top", "ｓｔｏｐ．",
            ]
        ),
        (.cancel, ["CANCEL", "cancel!", " Cancel. ", "cancelar", "C\u{200B}ANCEL"]),
        (
            .possibleOptOut,
            [
                "Stop. Thank you", "Please stop texting me", "stop stop stop", "STOPSTOP", "stopp", "STOP2END", "sotp",
                "ARRET", "Arrêt", "arre\u{302}tez", "unsuscribe", "please unsubscribe my number", "no more texts",
                "No more!", "OPT me OUT please", "don't text me", "don’t text me again", "do not contact me",
                "I do not want these", "wrong number", "Who is this? Wrong person", "leave me alone",
                "remove my number",
                "this is SPAM", "I revoke consent", "quit texting", "enough messages", "🛑", "🛑🛑 please", "退订",
                "dar de baja por favor", "no me envíen más mensajes", "número equivocado", "ya basta", "Alto por favor",
                "Por favor no me escribas más", "no me escribas", "no nos mande publicidad", "No quiero más mensajes",
                "Quítame de la lista", "sáquenme", "quiero dejar de recibir esto", "no escriban", "стоп",
                "please cancel", "cancel these messages", "cancel it", "end texts", "ＳＴＯＰ now", "not interested thanks",
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
                "help me find the door", "which bus stop?", "I need to cancel my appointment tomorrow",
                "I did not get your message", "I don't see a text", "no more than ten minutes late",
                "see you at the weekend", "¿en la planta baja?", "quiero cancelar mi cita",
                "no me mandaron la dirección", "no envidio a nadie", "can I bring a friend",
                "I'll stop in at noon", "shop", "top", "no",
            ]
        ),
    ]

    @Test("recognizes keywords regardless of case, accents and punctuation", arguments: spellings)
    func words(word: ReplyKeyword, spellings: [String]) {
        for spelling in spellings { #expect(ReplyKeyword(spelling) == word, "\(spelling)") }
    }

    @Test("opt-in, opt-out and cancellation keywords do not confirm a session")
    func reserved() {
        for word in ["YES", "START", "UNSTOP", "CANCEL", "STOP", "END", "QUIT"] {
            #expect(ReplyKeyword(word) != .confirm)
        }
    }
}
