/// Text as lines of printable ASCII (RFC 2045 section 6.7).
enum QuotedPrintable {
    /// A line holds at most 76 characters, the last of which may have to be the soft line break.
    private static let lastColumn = 75
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes text; line breaks become CRLF, and the last line always ends with one.
    static func encode(_ text: String) -> String {
        var lines = Array(text.safeMultiline.utf8).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var encoded: [UInt8] = []
        for line in lines {
            append(line, to: &encoded)
            encoded.append(contentsOf: "\r\n".utf8)
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Encodes each character whole, so that no soft line break splits one.
    private static func append(_ line: ArraySlice<UInt8>, to encoded: inout [UInt8]) {
        var column = 0
        var position = line.startIndex
        while position < line.endIndex {
            let lead = line[position]
            let count = min(octetCount(of: lead), line.endIndex - position)
            let isLast = position + count == line.endIndex
            if column + width(of: lead, count: count, isFirst: column == 0, isLast: isLast) > lastColumn {
                encoded.append(contentsOf: "=\r\n".utf8)
                column = 0
            }
            let width = width(of: lead, count: count, isFirst: column == 0, isLast: isLast)
            if width == 1 {
                encoded.append(lead)
            } else {
                for index in position..<position + count { escape(line[index], into: &encoded) }
            }
            column += width
            position += count
        }
    }

    /// How many octets a character of UTF-8 has, by its first.
    private static func octetCount(of lead: UInt8) -> Int {
        switch lead {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
    }

    /// How many columns a character takes: one as it is, three for each octet that has to be escaped.
    private static func width(of lead: UInt8, count: Int, isFirst: Bool, isLast: Bool) -> Int {
        let mustBeEscaped =
            switch lead {
            case UInt8(ascii: "="): true
            // Relays double a leading dot, and old mailbox files quote a leading "From ".
            case UInt8(ascii: "."), UInt8(ascii: "F"): isFirst
            case UInt8(ascii: " "), UInt8(ascii: "\t"): isLast
            case 0x21...0x7E: false
            default: true
            }
        return mustBeEscaped ? 3 * count : 1
    }

    private static func escape(_ octet: UInt8, into encoded: inout [UInt8]) {
        encoded.append(UInt8(ascii: "="))
        encoded.append(digits[Int(octet >> 4)])
        encoded.append(digits[Int(octet & 0x0F)])
    }
}
