import Booking
import Foundation
import Messaging
import Testing

@testable import Reminders

@Suite("Unsafe names in messages")
struct TemplateInjectionTests {
    /// Text that is unsafe in a header, a template, a page, a terminal or a text message.
    static let names: [String] = [
        "\r\nBcc: x@y.test", "a\r\n\r\n<script>alert(1)</script>", "{{{ }}}", "{{client}} {{> top.html}} {{#sessions}}",
        "{{=<% %>=}}<%client%>", "<script>alert(1)</script>", "</title></bdi><img src=x onerror=y>", "\" onload='x'",
        "&lt;b&gt; &amp;", "👩‍👩‍👧‍👦 Zoë", "דנה כהן", "محمد", "\u{202E}gpj.exe\u{2066}", "nul\0 esc\u{1B}[31m \u{85}\u{2028}",
        String(repeating: "n", count: 10_000), String(repeating: "Zoë ", count: 2500),
        "z" + String(repeating: "\u{301}", count: 5000), "<\u{338}b\"\u{338}", "\u{FFFF}client\u{FFFF}",
    ]

    @Test("an unsafe name does not change the structure of a message", arguments: WrittenMessage.all)
    func structure(message: WrittenMessage) throws {
        let tags = try message.parts()[.html].map(Self.tags)
        let lines = try message.parts().mapValues { $0.count { $0.isNewline } }
        for name in Self.names {
            let parts = try message.parts(Details(client: name, trainer: name, studioName: name))
            #expect(parts[.html].map(Self.tags) == tags)
            for kind in [TemplateKind.subject, .sms] where parts[kind] != nil {
                #expect(parts[kind]?.count { $0.isNewline } == lines[kind])
            }
            for (kind, part) in parts {
                let isSafe = part.unicodeScalars.allSatisfy { $0 == "\n" || !Self.unsafe.contains($0) }
                #expect(isSafe, "\(kind)")
            }
        }
    }

    @Test(
        "an unsafe name is complete and unchanged in HTML and text",
        arguments: WrittenMessage.aboutSessions)
    func fidelity(message: WrittenMessage) throws {
        for name in Self.names where !name.unicodeScalars.contains(where: Self.unsafe.contains) {
            let parts = try message.parts(Details(client: name))
            let name = message.shownName(of: name)
            if let html = parts[.html] { #expect(Self.unescaped(html).contains(name)) }
            if let text = parts[.text] { #expect(Self.words(text).contains(Self.words(name))) }
        }
    }

    @Test("a text message with an unsafe name is shorter than 480 UTF-16 code units", arguments: WrittenMessage.texts)
    func length(message: WrittenMessage) throws {
        for name in Self.names {
            let parts = try message.parts(Details(client: name, trainer: name, studioName: name))
            let text = try #require(parts[.sms])
            #expect(text.utf16.count < 480)
        }
    }

    private static let unsafe = Set<Unicode.Scalar>(
        "\0\u{1B}\r\u{85}\u{2028}\u{2029}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}"
            .unicodeScalars)

    /// Returns the names after each `<`, compared octet by octet as browsers do.
    private static func tags(_ html: String) -> [String] {
        html.utf8.split(separator: UInt8(ascii: "<")).dropFirst().map { rest in
            String(decoding: rest.prefix { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: " ") }, as: UTF8.self)
        }
    }

    private static func unescaped(_ html: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(html) { text, pair in
            String(decoding: Array(text.utf8), as: UTF8.self).replacingOccurrences(
                of: pair.0, with: pair.1, options: .literal)
        }
    }

    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
