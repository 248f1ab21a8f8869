import FoundationEssentials

/// A received mail or a part of one: its header and its content (RFC 2045, RFC 2046).
struct ReceivedPart {
    /// The maximum number of parts of a multipart that are read.
    private static let maximumParts = 64

    let fields: ReceivedFields
    let type: ContentType
    /// Whether the mail continues after this part, so that the part cannot be truncated.
    let isComplete: Bool
    private let body: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>, isComplete: Bool) {
        var lines = ReceivedLines(octets)
        fields = ReceivedFields(&lines, isComplete: isComplete)
        type = ContentType(fields["content-type"])
        body = lines.rest
        self.isComplete = isComplete
    }

    /// The content without its transfer encoding.
    var content: ArraySlice<UInt8> {
        TransferEncoding(fields["content-transfer-encoding"]).decode(body)
    }

    /// The parts of a multipart; empty for other parts.
    var parts: [ReceivedPart] {
        guard type.isMultipart, let boundary = type.boundary else { return [] }
        var parts: [ReceivedPart] = []
        var start: Int?
        var lines = ReceivedLines(body)
        while parts.count < Self.maximumParts, let line = lines.next() {
            guard let delimiter = Delimiter(line.text, boundary: boundary) else { continue }
            // The line ending before a delimiter belongs to the delimiter; an empty part has none.
            if let start { parts.append(ReceivedPart(body[start..<max(start, line.previousEnd)], isComplete: true)) }
            if delimiter == .closing { return parts }
            start = lines.rest.startIndex
        }
        if let start, parts.count < Self.maximumParts {
            parts.append(ReceivedPart(body[start...], isComplete: isComplete))
        }
        return parts
    }
}

/// A line that separates parts (RFC 2046 section 5.1.1); gateways may append spaces to it.
private enum Delimiter {
    case opening
    case closing

    init?(_ line: ArraySlice<UInt8>, boundary: [UInt8]) {
        let hyphens = "--".utf8
        guard line.starts(with: hyphens), line.dropFirst(2).starts(with: boundary) else { return nil }
        let rest = line.dropFirst(2 + boundary.count)
        self = rest.starts(with: hyphens) ? .closing : .opening
        let padding = self == .closing ? rest.dropFirst(2) : rest
        guard padding.allSatisfy(\.isBlank) else { return nil }
    }
}

/// The declared content type of a part (RFC 2045 section 5.1).
struct ContentType {
    /// The maximum length of a boundary; RFC 2046 section 5.1.1 allows 70 characters, but some programs use more.
    private static let maximumBoundary = 250

    /// The type and subtype, in lower case.
    let name: String
    /// The boundary of a multipart.
    let boundary: [UInt8]?

    /// Parses the field's body; a part without the field is plain text.
    init(_ field: String?) {
        let pieces = (field ?? "text/plain").withoutComments.splitOutsideQuotes(at: ";")
        name = (pieces.first ?? "").lowercased().filter { !$0.isWhitespace }
        let boundary = pieces.dropFirst().lazy.compactMap { Self.value(of: "boundary", in: $0) }.first
        self.boundary = boundary.flatMap { (1...Self.maximumBoundary).contains($0.utf8.count) ? Array($0.utf8) : nil }
    }

    /// Whether the part is a multipart.
    var isMultipart: Bool { name.hasPrefix("multipart/") }

    /// Whether the part is a delivery status, in ASCII (RFC 3464) or in UTF-8 (RFC 6533).
    var isDeliveryStatus: Bool { name == "message/delivery-status" || name == "message/global-delivery-status" }

    private static func value(of parameter: String, in piece: String) -> String? {
        let sides = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, sides[0].filter({ !$0.isWhitespace }).lowercased() == parameter else { return nil }
        let value = sides[1].drop(while: \.isWhitespace)
        guard value.first == "\"" else { return String(value.prefix { !$0.isWhitespace }) }
        var (content, isEscaped) = ("", false)
        for character in value.dropFirst() {
            if character == "\"", !isEscaped { break }
            isEscaped = character == "\\" && !isEscaped
            if !isEscaped { content.append(character) }
        }
        return content
    }
}

extension String {
    /// Returns the pieces between separators outside quoted strings.
    func splitOutsideQuotes(at separator: Character) -> [String] {
        var (pieces, isQuoted, isEscaped) = ([""], false, false)
        for character in self {
            if character == separator, !isQuoted {
                pieces.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && isQuoted && !isEscaped
            pieces[pieces.count - 1].append(character)
        }
        return pieces
    }
}

/// The transfer encoding of a part's content (RFC 2045 section 6).
enum TransferEncoding {
    case none
    case quotedPrintable
    case base64

    /// Parses the field's body; an unknown encoding counts as none.
    init(_ field: String?) {
        switch field?.withoutComments.lowercased().filter({ !$0.isWhitespace }) {
        case "quoted-printable": self = .quotedPrintable
        case "base64": self = .base64
        default: self = .none
        }
    }

    /// Returns the decoded content, as far as it can be decoded.
    func decode(_ body: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch self {
        case .none: body
        case .quotedPrintable: Self.decodeQuotedPrintable(body)[...]
        case .base64: Array(Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters) ?? Data())[...]
        }
    }

    private static func decodeQuotedPrintable(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        for line in ReceivedLines(body) {
            // Trailing spaces were added in transit (RFC 2045 section 6.7, rule 3).
            let end = line.text.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? line.text.startIndex
            let text = line.text[..<end]
            let isContinued = text.last == UInt8(ascii: "=")
            append(isContinued ? text.dropLast() : text, to: &decoded)
            if !isContinued, line.isEnded { decoded.append(UInt8(ascii: "\n")) }
        }
        return decoded
    }

    private static func append(_ text: ArraySlice<UInt8>, to decoded: inout [UInt8]) {
        var rest = text
        while let octet = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(hexadecimal)
            if octet == UInt8(ascii: "="), digits.count == 2 {
                decoded.append(digits[0] << 4 | digits[1])
                rest = rest.dropFirst(2)
            } else {
                decoded.append(octet)
            }
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map { UInt8($0) }
    }
}
