import Foundation
import Testing

@testable import Messaging

@Suite("Header fields")
struct HeaderTests {
    private func lines(_ field: HeaderField) -> [Substring] {
        field.rendered.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast()
    }

    @Test("lines are ASCII, end in CRLF and have at most 78 characters", arguments: nastyNames)
    func lineLength(text: TypedText) throws {
        let text = text.text
        let person = try Mailbox(name: text, address: "someone.with.a.long.name@subdomain.example.test")
        for field in [HeaderField("Subject", text: text), HeaderField("Reply-To", mailbox: person)] {
            #expect(
                lines(field).allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
            #expect(lines(field).dropFirst().allSatisfy { $0.hasPrefix(" ") && $0.contains { $0 != " " } })
        }
    }

    @Test("a line with an encoded word has at most 76 characters, the word at most 75", arguments: nastyNames)
    func encodedWordLength(text: TypedText) {
        let text = text.text
        for line in lines(HeaderField("Subject", text: text)) where line.contains("=?UTF-8?") {
            #expect(line.utf8.count <= 76)
            #expect(line.split(separator: " ").allSatisfy { $0.utf8.count <= 75 })
        }
    }

    @Test("an encoded word never splits a character", arguments: nastyNames)
    func wholeCharacters(text: TypedText) {
        let text = text.text
        let decoded = EncodedWord.encode(text).map { word in
            Data(base64Encoded: String(word.dropFirst("=?UTF-8?B?".count).dropLast(2)))
                .flatMap { String(data: $0, encoding: .utf8) }
        }
        #expect(decoded.allSatisfy { $0 != nil })
        #expect(decoded.compactMap(\.self).joined() == text)
    }

    @Test("an emoji sequence that fits into a word is not split")
    func emoji() {
        let words = EncodedWord.encode(String(repeating: "👩‍👩‍👧‍👦", count: 3))
        #expect(words.count == 3)
    }

    @Test("plain text is not encoded")
    func plain() {
        #expect(
            HeaderField("Subject", text: "Your session is booked").rendered == "Subject: Your session is booked\r\n")
        #expect(HeaderField("To", mailbox: anna).rendered == "To: Anna <anna@example.test>\r\n")
        #expect(HeaderField("To", mailbox: mailbox(nil, "a@x.test")).rendered == "To: a@x.test\r\n")
        #expect(
            HeaderField("To", mailbox: mailbox("O. \"B\"", "a@x.test")).rendered
                == "To: \"O. \\\"B\\\"\" <a@x.test>\r\n")
    }
}

@Suite("Quoted-printable encoding")
struct QuotedPrintableTests {
    private static let table = [
        ("plain", "plain\r\n"), ("a=b", "a=3Db\r\n"), ("end ", "end=20\r\n"), ("tab\t\nx", "tab=09\r\nx\r\n"),
        ("Zoë", "Zo=C3=AB\r\n"), (".", "=2E\r\n"), ("a.\n.b", "a.\r\n=2Eb\r\n"), ("From me", "=46rom me\r\n"),
        ("a\rb\r\nc\n", "a\r\nb\r\nc\r\n"), ("", ""), ("\n\nx", "\r\n\r\nx\r\n"), ("nul\0", "nul=EF=BF=BD\r\n"),
        (String(repeating: "a", count: 76), String(repeating: "a", count: 75) + "=\r\na\r\n"),
        (String(repeating: "a", count: 75) + ".", String(repeating: "a", count: 75) + "=\r\n=2E\r\n"),
        (String(repeating: "a", count: 74) + "ë", String(repeating: "a", count: 74) + "=\r\n=C3=AB\r\n"),
    ]

    @Test("encodes text as required by RFC 2045", arguments: table)
    func encode(text: String, encoded: String) {
        #expect(QuotedPrintable.encode(text) == encoded)
    }

    @Test("lines have at most 76 characters", arguments: nastyNames + unsafeNames)
    func lineLength(text: TypedText) {
        let text = text.text
        let lines = QuotedPrintable.encode(text).components(separatedBy: "\r\n")
        #expect(
            lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 == 9 || (0x20...0x7E).contains($0) } })
    }
}
