/// The header fields of a mail that others wrote, or a block of such fields in a report.
struct ReceivedFields {
    /// More fields than this are not kept.
    private static let maximumCount = 1000
    /// More identifiers than this are not looked at.
    private static let maximumIdentifiers = 10
    /// Longer fields are not looked at; no program writes them.
    private static let maximumLength = 65_536

    private var fields: [(name: String, body: String)] = []

    /// Takes the lines up to the first empty one, and that.
    ///
    /// Lines that belong to no field are passed over, such as the `From ...` that mailbox files put before a mail. Where
    /// the mail may be cut off before the empty line, the last field may be half of itself and does not count.
    init(_ lines: inout ReceivedLines, isComplete: Bool) {
        var field: [UInt8] = []
        while let line = lines.next() {
            if line.text.allSatisfy(\.isBlank) {
                append(field)
                return
            }
            if line.text.first.map(\.isBlank) == true {
                field += line.text
            } else {
                append(field)
                field = Array(line.text)
            }
        }
        if isComplete { append(field) }
    }

    /// The body of the first field of a name, which is written in lower case here.
    subscript(name: String) -> String? {
        fields.first { $0.name == name }?.body
    }

    /// The bodies of all fields of a name, which is written in lower case here.
    func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.body)
    }

    /// The identifiers that a report may mean: that of the message it returns, another that it names, those it answers.
    func messageIDs(of returned: ReturnedMessage?, and named: String? = nil) -> [String] {
        let answered = [self["in-reply-to"], self["references"]].compactMap(\.self)
        let all =
            [returned?.messageID].compactMap(\.self) + ([named].compactMap(\.self) + answered).flatMap(\.bracketed)
        return Array(all.uniqued.prefix(Self.maximumIdentifiers))
    }

    /// The blocks of fields in a report that is known to be whole, separated by empty lines.
    static func blocks(in octets: ArraySlice<UInt8>, limit: Int) -> [ReceivedFields] {
        var blocks: [ReceivedFields] = []
        var lines = ReceivedLines(octets)
        while blocks.count < limit, !lines.rest.isEmpty {
            let block = ReceivedFields(&lines, isComplete: true)
            if !block.fields.isEmpty { blocks.append(block) }
        }
        return blocks
    }

    /// Keeps a field that has a name (RFC 5322 section 2.2).
    private mutating func append(_ field: [UInt8]) {
        guard fields.count < Self.maximumCount, field.count <= Self.maximumLength,
            let colon = field.firstIndex(of: UInt8(ascii: ":"))
        else { return }
        let name = field[..<colon].reversed().drop(while: \.isBlank).reversed()
        guard !name.isEmpty, name.allSatisfy({ (0x21...0x7E).contains($0) }) else { return }
        let body = String(decoding: field[(colon + 1)...].drop(while: \.isBlank), as: UTF8.self)
        fields.append((String(decoding: name, as: UTF8.self).lowercased(), body))
    }
}

extension String {
    /// The one word of this structured field body, in lower case; `nil` where it has none or several.
    var singleWord: String? {
        let words = withoutComments.lowercased().split(whereSeparator: \.isWhitespace)
        return words.count == 1 ? words.first.map(String.init) : nil
    }

    /// This structured field body with a space for each comment in parentheses; they nest (RFC 5322 section 3.2.2).
    var withoutComments: String {
        guard utf8.contains(UInt8(ascii: "(")) else { return self }
        var (kept, depth, isQuoted, isEscaped) = ("", 0, false, false)
        for scalar in unicodeScalars {
            let isPlain = isEscaped
            isEscaped = scalar == "\\" && !isPlain && (isQuoted || depth > 0)
            switch scalar {
            case "\"" where !isPlain && depth == 0: isQuoted.toggle()
            case "(" where !isPlain && !isQuoted: depth += 1
            default: break
            }
            kept.unicodeScalars.append(depth == 0 ? scalar : " ")
            if scalar == ")", !isPlain, depth > 0 { depth -= 1 }
        }
        return kept
    }
}

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
