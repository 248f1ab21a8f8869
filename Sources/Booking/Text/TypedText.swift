/// Returns a typed or pasted e-mail address or phone number in plain characters.
///
/// Invisible characters are removed: text-direction marks such as U+200E and U+202A…U+202D, which address books add to
/// copied numbers, zero-width spaces and joiners, U+00AD, U+2060 and U+FEFF. Full-width forms become ASCII, and every
/// space becomes an ASCII space. U+202E, which reverses the text after it, is kept so that the validation refuses it.
///
/// - Parameter text: The input.
/// - Returns: The text in plain characters.
func normalizedInput(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.isInvisible {
        plain.append(scalar.plain)
    }
    return String(plain)
}

extension Unicode.Scalar {
    /// Whether the scalar is invisible and has no width.
    fileprivate var isInvisible: Bool {
        guard self != "\u{202E}" else { return false }
        return properties.isDefaultIgnorableCodePoint || self == "\u{FFF9}" || self == "\u{FFFA}" || self == "\u{FFFB}"
    }

    /// The plain equivalent of the scalar, or the scalar itself.
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
    /// The text without leading and trailing ASCII spaces.
    ///
    /// Tabs and line breaks are kept so that the validation finds them.
    package var trimmingSpaces: Substring.UTF8View {
        let space = UInt8(ascii: " ")
        guard let first = firstIndex(where: { $0 != space }), let last = lastIndex(where: { $0 != space }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}

/// A cursor that parses a short ASCII text from left to right; used by all parsers of dates and times.
struct Cursor {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The text that is not consumed yet.
    var remainder: String { String(Substring(rest)) }

    /// Consumes one character if it is the expected one; returns whether it was.
    mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: expected) else { return false }
        rest.removeFirst()
        return true
    }

    /// Consumes all following decimal digits; if their count is not in the range, consumes nothing and returns `nil`.
    mutating func digits(_ count: ClosedRange<Int>) -> Int? {
        let run = rest.prefix { $0.isASCIIDigit }
        guard count.contains(run.count), let number = Int(Substring(run)) else { return nil }
        rest = rest.dropFirst(run.count)
        return number
    }

    /// Consumes all following ASCII letters.
    mutating func letters() -> String {
        let run = rest.prefix { $0.isASCIILetter }
        rest = rest.dropFirst(run.count)
        return String(Substring(run))
    }

    /// Consumes all following ASCII spaces.
    mutating func skipSpaces() {
        rest = rest.drop { $0 == UInt8(ascii: " ") }
    }
}
