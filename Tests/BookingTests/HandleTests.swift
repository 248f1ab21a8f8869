import Booking
import Testing

@Suite("Handles")
struct HandleTests {
    @Test("accepts letters, digits and inner dashes", arguments: ["maria", "san-jose-2", "a", "7", "a--b"])
    func accepts(text: String) throws {
        #expect(try Handle(text).text == text)
        #expect(try Handle(" \(text.uppercased()) ").text == text)
    }

    @Test(
        "rejects other characters and dashes at the ends",
        arguments: ["-maria", "maria-", "-", "maria silva", "maría", "maria_s", "maria/../x", "K\u{212A}", "ana\n"])
    func refuses(typed: EscapedInput) {
        let text = typed.text
        #expect { try Handle(text, field: "--trainer") } throws: { ($0 as? InvalidInput)?.field == "--trainer" }
    }

    @Test("rejects a handle with more than 40 characters")
    func limitsLength() throws {
        #expect(try Handle(String(repeating: "a", count: 40)).text.count == 40)
        #expect(throws: InvalidInput.self) { try Handle(String(repeating: "a", count: 41)) }
    }

    @Test("rejects hostile text", arguments: HostileText.all)
    func refusesHostileText(typed: EscapedInput) {
        let text = typed.text
        #expect(throws: InvalidInput.self) { try Handle(text) }
    }
}
