import Testing

@testable import Messaging

@Suite("Characters of text messages")
struct TextFoldingTests {
    private func sms(_ source: String, _ name: String = "") throws -> String {
        try TemplateLibrary(["x.sms": source]).renderSMS("x", with: ["name": .text(name)])
    }

    @Test(
        "typographic characters become plain ones",
        arguments: [
            ("“Can’t” – won’t — …", "\"Can't\" - won't - ..."), ("9:00\u{A0}a.\u{202F}m.", "9:00 a. m."),
            ("a\u{200B}b\u{AD}c", "abc"),
            ("  both ends\n", "both ends"), ("one\ntwo", "one\ntwo"), ("50 € [a]", "50 € [a]"), ("`x`", "'x'"),
        ])
    func signs(source: String, text: String) throws {
        #expect(try sms(source) == text)
    }

    @Test(
        "accents are dropped only when the result fits GSM-7",
        arguments: [
            ("sábado {{name}}", "María", "sabado Maria"),
            ("mañana, ¿sí? {{name}}", "José Núñez", "mañana, ¿si? José Nuñez"),
            ("{{name}}", "Łukasz Dvořák", "Lukasz Dvorak"), ("sábado {{name}}", "山田", "sábado 山田"),
            ("sábado {{name}}", "👍", "sábado 👍"), ("è é à ü ñ Ç ¡{{name}}!", "ß", "è é à ü ñ Ç ¡ß!"),
        ])
    func accents(source: String, name: String, text: String) throws {
        #expect(try sms(source, name) == text)
    }

    @Test("values in a text message are not escaped")
    func plain() throws {
        #expect(try sms("Hi {{name}}", "O'Hara & <b>") == "Hi O'Hara & <b>")
    }

    @Test("a name cannot add lines or control characters", arguments: unsafeNames)
    func unsafe(name: TypedText) throws {
        let text = try sms("Hi {{name}}.", name.text)
        #expect(text.hasPrefix("Hi ") && text.hasSuffix("."))
        #expect(text.unicodeScalars.allSatisfy { !$0.isControl && !$0.isDirectionOverride })
    }

    @Test("a value has at most 80 units in a text message, truncated between characters", arguments: nastyNames)
    func length(name: TypedText) throws {
        let text = try sms("{{name}}", name.text)
        #expect(text.utf16.count <= 80)
        let shown = text.hasSuffix("...") ? String(text.dropLast(3)) : text
        #expect(name.text.utf16.count <= 80 || text.hasSuffix("..."))
        #expect(name.text.foldedForSMS.hasPrefix(shown.foldedForSMS) || name.text.contains("  "))
    }

    @Test("truncation does not split characters")
    func cutting() {
        #expect("abcdef".shortened(to: 6) == "abcdef")
        #expect("abcdefg".shortened(to: 6) == "abc...")
        #expect("👩‍👩‍👧‍👦👩‍👩‍👧‍👦".shortened(to: 14) == "👩‍👩‍👧‍👦...")
        #expect("👩‍👩‍👧‍👦👩‍👩‍👧‍👦".shortened(to: 13) == "...")
    }
}
