import Messaging
import Testing

@Suite("Text messages and their senders")
struct TextMessageTests {
    private static let kinds: [(String, TextSender.Kind)] = [
        ("+14155550100", .number), ("+442079460958", .number), ("72345", .shortCode), ("723456", .shortCode),
        ("Iron House", .name), ("IRONHOUSE-1", .name), ("MG0123456789abcdef0123456789abcdef", .pool),
    ]

    @Test("accepts a number, a short code, a name or a pool as a sender", arguments: kinds)
    func senders(text: String, kind: TextSender.Kind) throws {
        let sender = try TextSender(text)
        #expect(sender.kind == kind)
        #expect(sender.text == text)
    }

    @Test(
        "rejects any other sender",
        arguments: [
            "", "+0123456789", "+1", "4155550100", "1234", "Twelve chars", "a\nb", "Zoë", " a", "a ", "12 34 56",
            "+1415555010\u{660}", "MG0123456789abcdef0123456789abcdeg", "+1415555010012345",
        ])
    func noSender(text: String) {
        #expect(throws: TextMessageError.notASender) { try TextSender(text) }
    }

    @Test(
        "rejects a recipient that is not in E.164 form",
        arguments: ["", "4155550100", "+1 415 555 0100", "+14155550100\n", "+0555010012", "tel:+14155550100", "72345"])
    func recipients(number: String) throws {
        let sender = try TextSender("72345")
        #expect(throws: TextMessageError.notANumber) { try TextMessage(to: number, from: sender, body: "x") }
    }

    private static let bodies: [(String, TextMessageError)] = [
        ("", .empty), (" \n ", .empty), (String(repeating: "a", count: 1601), .tooLong),
        (String(repeating: "👋", count: 801), .tooLong), ("a\tb", .controlCharacter), ("a\u{1B}[31m", .controlCharacter),
        ("a\0", .controlCharacter), ("a\rb", .controlCharacter), ("a\u{202E}b", .directionOverride),
    ]

    @Test("rejects a body that is empty, too long or has control characters", arguments: bodies)
    func refusedBody(body: String, error: TextMessageError) throws {
        let sender = try TextSender("72345")
        #expect(throws: error) { try TextMessage(to: "+14155550100", from: sender, body: body) }
    }

    @Test("keeps any other body, with LF line breaks")
    func body() throws {
        let sender = try TextSender("+14155550199")
        let text = try TextMessage(to: "+14155550100", from: sender, body: "a\r\nb\nZoë 👋 <&>")
        #expect(text.body == "a\nb\nZoë 👋 <&>")
        #expect(text.segments.encoding == .ucs2)
        #expect(throws: Never.self) {
            try TextMessage(to: "+14155550100", from: sender, body: String(repeating: "a", count: 1600))
        }
    }

    @Test("an error does not repeat the number or the body")
    func errors() {
        let error = #expect(throws: TextMessageError.self) {
            try TextMessage(to: "5550100 anna", from: try TextSender("72345"), body: "secret")
        }
        #expect(error?.description.contains("anna") == false)
    }
}
