/// Returns what was typed or pasted as an e-mail address or a phone number in plain characters.
///
/// Characters that leave no mark are dropped: text-direction marks such as U+200E and U+202A…U+202D, which address books add
/// to a number when it is copied, zero-width spaces and joiners, U+00AD, U+2060, U+FEFF. Full-width forms become ASCII, and
/// every space a plain one. U+202E, which reverses what is read after it, stays, so that it is refused.
///
/// - Parameter text: What was typed.
/// - Returns: The same text, plainer.
func normalizedInput(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.isInvisible {
        plain.append(scalar.plain)
    }
    return String(plain)
}

extension Unicode.Scalar {
    /// Whether it is invisible and takes no space.
    fileprivate var isInvisible: Bool {
        guard self != "\u{202E}" else { return false }
        return properties.isDefaultIgnorableCodePoint || self == "\u{FFF9}" || self == "\u{FFFA}" || self == "\u{FFFB}"
    }

    /// The plain character that it stands for, or itself.
    fileprivate var plain: Unicode.Scalar {
        switch self {
        case "\u{FF01}"..."\u{FF5E}": Unicode.Scalar(value - 0xFEE0) ?? self
        case "\u{FE62}": "+"
        case "\u{FE63}": "-"
        case "\u{FE6B}": "@"
        default: properties.generalCategory == .spaceSeparator ? " " : self
        }
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

    var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }
}

extension String.UTF8View {
    /// The text without the plain spaces around it; tabs and line breaks stay, so that they are noticed.
    package var trimmingSpaces: Substring.UTF8View {
        let space = UInt8(ascii: " ")
        guard let first = firstIndex(where: { $0 != space }), let last = lastIndex(where: { $0 != space }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}

/// Reads a short ASCII text from left to right: the one way in which every parser of times here takes digits.
struct Cursor {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// What has not been read yet.
    var remainder: String { String(Substring(rest)) }

    /// Whether the next character is a decimal digit.
    var isAtDigit: Bool { rest.first?.isASCIIDigit ?? false }

    /// Takes one character where it is the expected one.
    mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: expected) else { return false }
        rest.removeFirst()
        return true
    }

    /// Takes all the decimal digits that follow, where their count is in the range; else takes nothing.
    mutating func digits(_ count: ClosedRange<Int>) -> Int? {
        let run = rest.prefix { $0.isASCIIDigit }
        guard count.contains(run.count), let number = Int(Substring(run)) else { return nil }
        rest = rest.dropFirst(run.count)
        return number
    }

    /// Takes all the ASCII letters that follow.
    mutating func letters() -> String {
        let run = rest.prefix { $0.isASCIILetter }
        rest = rest.dropFirst(run.count)
        return String(Substring(run))
    }

    /// Takes all the plain spaces that follow.
    mutating func skipSpaces() {
        rest = rest.drop { $0 == UInt8(ascii: " ") }
    }
}
