extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

    var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }
}

extension String.UTF8View {
    /// The text without the plain spaces around it; tabs and line breaks stay, so that they are noticed.
    var trimmingSpaces: Substring.UTF8View {
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
