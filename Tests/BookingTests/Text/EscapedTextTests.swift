import Booking
import Testing

@Suite("Escaping of untrusted text")
struct EscapedTextTests {
    @Test(
        "escapes characters that control a terminal or are invisible",
        arguments: [
            ("\u{1B}[2J", "\\e[2J"), ("a\0b", "a\\0b"), ("a\r\nb\tc", "a\\r\\nb\\tc"), ("\u{9B}31m", "\\u{9b}31m"),
            ("\u{7F}", "\\u{7f}"), ("Ana\u{202E}eiraM", "Ana\\u{202e}eiraM"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"), ("a\u{200B}b", "a\\u{200b}b"), ("\u{FEFF}a", "\\u{feff}a"),
            ("\u{FFF9}", "\\u{fff9}"), ("\u{E0041}", "\\u{e0041}"), ("\u{E000}", "\\u{e000}"),
            ("\u{FFFF}", "\\u{ffff}"),
        ])
    func escapes(typed: EscapedInput, shown: String) {
        let text = typed.text
        #expect(visible(text) == shown)
    }

    @Test(
        "does not change ordinary text",
        arguments: ["Maria O'Neill-Núñez", "山田 太郎", "שרה כהן", "نگار\u{200C}خانم", "👩‍👩‍👧 ❤️", "50 % ~ \\ \"x\"", ""])
    func keeps(text: String) {
        #expect(visible(text) == text)
    }

    @Test("the result has no control character and is not escaped again", arguments: HostileText.all)
    func holdsNoControlCharacter(typed: EscapedInput) {
        let text = typed.text
        let shown = visible(text)
        #expect(shown.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(visible(shown) == shown)
    }
}
