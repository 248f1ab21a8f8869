/// The header fields of a received mail, or a block of such fields in a report.
struct ReceivedFields {
    /// The maximum number of fields that are kept.
    private static let maximumCount = 1000
    /// The maximum number of identifiers that are read.
    private static let maximumIdentifiers = 10
    /// The maximum length of a field; longer ones are ignored.
    private static let maximumLength = 65_536

    private var fields: [(name: String, body: String)] = []

    /// Reads the lines up to and including the first empty one.
    ///
    /// Lines that belong to no field are skipped, such as the `From ...` that mailbox files put before a mail. If the
    /// mail may be truncated before the empty line, the last field may be incomplete and is dropped.
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

    /// Returns the body of the first field with a name in lower case.
    subscript(name: String) -> String? {
        fields.first { $0.name == name }?.body
    }

    /// Returns the bodies of all fields with a name in lower case.
    func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.body)
    }

    /// Returns the candidate identifiers: of the returned message, of another that the report names, of those it
    /// replies to.
    func messageIDs(of returned: ReturnedMessage?, and named: String? = nil) -> [String] {
        let answered = [self["in-reply-to"], self["references"]].compactMap(\.self)
        let all =
            [returned?.messageID].compactMap(\.self) + ([named].compactMap(\.self) + answered).flatMap(\.bracketed)
        return Array(all.uniqued.prefix(Self.maximumIdentifiers))
    }

    /// Returns the blocks of fields in a complete report, which are separated by empty lines.
    static func blocks(in octets: ArraySlice<UInt8>, limit: Int) -> [ReceivedFields] {
        var blocks: [ReceivedFields] = []
        var lines = ReceivedLines(octets)
        while blocks.count < limit, !lines.rest.isEmpty {
            let block = ReceivedFields(&lines, isComplete: true)
            if !block.fields.isEmpty { blocks.append(block) }
        }
        return blocks
    }

    /// Appends a field that has a name (RFC 5322 section 2.2).
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
    /// The only word of this structured field body, in lower case; `nil` for none or several.
    var singleWord: String? {
        let words = withoutComments.lowercased().split(whereSeparator: \.isWhitespace)
        return words.count == 1 ? words.first.map(String.init) : nil
    }

    /// This structured field body with each comment replaced by a space; comments nest (RFC 5322 section 3.2.2).
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

/// The lines of a received mail, with LF or CRLF line endings.
struct ReceivedLines: Sequence, IteratorProtocol {
    struct Line {
        /// The line without its line ending.
        let text: ArraySlice<UInt8>
        /// The index of the end of the previous line, before its line ending.
        let previousEnd: Int
        /// Whether the line had a line ending.
        let isEnded: Bool
    }

    /// The octets after the lines that were read.
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
