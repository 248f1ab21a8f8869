/// The lines of a mail that others wrote, with line ends of either kind.
struct ReceivedLines: Sequence, IteratorProtocol {
    struct Line {
        /// The line without its line end.
        let text: ArraySlice<UInt8>
        /// Where the line before this one ended, its line end not counted.
        let previousEnd: Int
        /// Whether the line had a line end.
        let isEnded: Bool
    }

    /// What comes after the lines that were taken.
    private(set) var rest: ArraySlice<UInt8>
    private var previousEnd: Int

    init(_ octets: ArraySlice<UInt8>) {
        rest = octets
        previousEnd = octets.startIndex
    }

    mutating func next() -> Line? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        let octets = rest[..<(end ?? rest.endIndex)]
        let text = octets.last == UInt8(ascii: "\r") ? octets.dropLast() : octets
        let line = Line(text: text, previousEnd: previousEnd, isEnded: end != nil)
        rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        previousEnd = text.endIndex
        return line
    }
}

extension UInt8 {
    /// Whether this is a space or a tab.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
