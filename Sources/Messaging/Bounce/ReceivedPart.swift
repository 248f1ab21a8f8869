/// A mail that others wrote, or a part of one: its header and its content (RFC 2045, RFC 2046).
struct ReceivedPart {
    /// More parts than this in one are not looked at.
    private static let maximumParts = 64

    let fields: ReceivedFields
    let type: ContentType
    /// Whether something comes after this in the mail, so that nothing of it can be missing.
    let isWhole: Bool
    private let body: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>, isWhole: Bool) {
        var lines = ReceivedLines(octets)
        fields = ReceivedFields(&lines, isWhole: isWhole)
        type = ContentType(fields["content-type"])
        body = lines.rest
        self.isWhole = isWhole
    }

    /// The content as it was before it was encoded for its way.
    var content: ArraySlice<UInt8> {
        TransferEncoding(fields["content-transfer-encoding"]).decode(body)
    }

    /// The parts that this is made of; none where it is not.
    var parts: [ReceivedPart] {
        guard type.isMultipart, let boundary = type.boundary else { return [] }
        var parts: [ReceivedPart] = []
        var start: Int?
        var lines = ReceivedLines(body)
        while parts.count < Self.maximumParts, let line = lines.next() {
            guard let delimiter = Delimiter(line.text, boundary: boundary) else { continue }
            // The line end before a delimiter is the delimiter's; an empty part has none.
            if let start { parts.append(ReceivedPart(body[start..<max(start, line.previousEnd)], isWhole: true)) }
            if delimiter == .closing { return parts }
            start = lines.rest.startIndex
        }
        if let start, parts.count < Self.maximumParts {
            parts.append(ReceivedPart(body[start...], isWhole: isWhole))
        }
        return parts
    }
}

/// A line that separates parts (RFC 2046 section 5.1.1); gateways put spaces behind it.
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
