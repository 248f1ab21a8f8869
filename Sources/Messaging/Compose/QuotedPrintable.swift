/// Text as lines of printable ASCII (RFC 2045 section 6.7).
enum QuotedPrintable {
    /// A line holds at most 76 characters, the last of which may have to be the soft line break.
    private static let lastColumn = 75
    private static let digits = Array("0123456789ABCDEF")

    /// Encodes text; line breaks become CRLF, and the last line always ends with one.
    static func encode(_ text: String) -> String {
        let lines = text.safeMultiline.split(separator: "\n", omittingEmptySubsequences: false)
        let content = lines.last?.isEmpty == true ? lines.dropLast() : lines[...]
        return content.map { encode(line: $0) + "\r\n" }.joined()
    }

    private static func encode(line: Substring) -> String {
        var encoded = ""
        var column = 0
        let scalars = line.unicodeScalars
        for index in scalars.indices {
            let isLast = scalars.index(after: index) == scalars.endIndex
            var piece = encode(scalars[index], isLast: isLast, isFirst: column == 0)
            if column + piece.utf8.count > lastColumn {
                encoded += "=\r\n"
                column = 0
                piece = encode(scalars[index], isLast: isLast, isFirst: true)
            }
            encoded += piece
            column += piece.utf8.count
        }
        return encoded
    }

    /// Encodes one character whole, so that no soft line break splits it.
    private static func encode(_ scalar: Unicode.Scalar, isLast: Bool, isFirst: Bool) -> String {
        let mustBeEscaped =
            switch scalar {
            case "=": true
            // Relays double a leading dot, and old mailbox files quote a leading "From ".
            case ".", "F": isFirst
            case " ", "\t": isLast
            default: !(0x20...0x7E).contains(scalar.value)
            }
        guard mustBeEscaped else { return String(scalar) }
        return UTF8.encode(scalar).map { $0.map(escape) }?.joined() ?? ""
    }

    private static func escape(_ octet: UInt8) -> String {
        "=\(digits[Int(octet >> 4)])\(digits[Int(octet & 0x0F)])"
    }
}
