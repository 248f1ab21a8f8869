/// What a part says it is (RFC 2045 section 5.1).
struct ContentType {
    /// RFC 2046 section 5.1.1 allows 70 characters; not all programs have read it.
    private static let maximumBoundary = 250

    /// The type and subtype, in lower case.
    let name: String
    /// What separates the parts of a multipart.
    let boundary: [UInt8]?

    /// Reads the field's body; a part that says nothing is plain text.
    init(_ field: String?) {
        let pieces = (field ?? "text/plain").withoutComments.splitOutsideQuotes(at: ";")
        name = (pieces.first ?? "").lowercased().filter { !$0.isWhitespace }
        let boundary = pieces.dropFirst().lazy.compactMap { Self.value(of: "boundary", in: $0) }.first
        self.boundary = boundary.flatMap { (1...Self.maximumBoundary).contains($0.utf8.count) ? Array($0.utf8) : nil }
    }

    /// Whether the part is made of parts.
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
    /// The pieces between separators that stand outside quoted strings.
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
