import Booking
import Testing

/// An input that test output shows escaped, so that no escape sequence of a test's arguments reaches a terminal.
struct EscapedInput: Sendable, ExpressibleByStringLiteral, CustomTestStringConvertible {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    var testDescription: String { visible(String(text.prefix(60))) }
}

/// Malicious input, and input that was damaged by copying.
enum HostileText {
    static let all: [EscapedInput] =
        [
            "", " ", "\0", "\u{1B}[31m", "a\nb", "a\r\nb", "\u{202E}txt", "\u{2028}", "\u{FFFF}", "\u{200B}", "💥", "-",
            "--",
        ]
        + ["9", "a", "-", ";", " ", "e\u{301}", "\u{301}", "\u{1B}"].map {
            EscapedInput(String(repeating: $0, count: 10_000))
        }
}
