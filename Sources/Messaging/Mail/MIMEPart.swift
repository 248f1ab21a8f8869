import FoundationEssentials

/// A part of a message: its own header fields, and content in its wire form.
struct MIMEPart {
    let fields: [HeaderField]
    let content: String

    /// Returns a text part that is readable even in programs without MIME support.
    static func text(_ text: String, subtype: String) -> MIMEPart {
        MIMEPart(
            fields: [
                HeaderField("Content-Type", "text/\(subtype);", "charset=utf-8"),
                HeaderField("Content-Transfer-Encoding", "quoted-printable"),
            ],
            content: QuotedPrintable.encode(text)
        )
    }

    /// Returns a calendar event as two parts: an alternative of the text, and an attachment.
    ///
    /// Mail programs show their reply buttons for the alternative (RFC 6047 section 2.4). The attachment is for
    /// programs that only open attachments.
    static func invitation(_ calendar: MailMessage.Calendar) -> (alternative: MIMEPart, attachment: MIMEPart) {
        let name = calendar.method == .cancel ? "cancel.ics" : "invite.ics"
        let content = base64(calendar.ics)
        let encoding = HeaderField("Content-Transfer-Encoding", "base64")
        let type = HeaderField(
            "Content-Type", "text/calendar;", "charset=utf-8;", "method=\(calendar.method.rawValue)")
        let fileType = HeaderField("Content-Type", "application/ics;", "name=\"\(name)\"")
        let disposition = HeaderField("Content-Disposition", "attachment;", "filename=\"\(name)\"")
        return (
            MIMEPart(fields: [type, encoding], content: content),
            MIMEPart(fields: [fileType, encoding, disposition], content: content)
        )
    }

    /// Returns several parts as one multipart.
    ///
    /// The boundary begins with `=_`, which neither quoted-printable nor base64 can contain, so it never occurs in the
    /// content. Each subtype occurs once in a message, so its name makes the boundary unique.
    static func multipart(_ subtype: String, of parts: [MIMEPart], seed: String) -> MIMEPart {
        let boundary = "=_\(subtype)_\(fingerprint(of: seed))"
        let body = parts.map { "--\(boundary)\r\n\($0.rendered)" }.joined(separator: "\r\n")
        return MIMEPart(
            fields: [HeaderField("Content-Type", "multipart/\(subtype);", "boundary=\"\(boundary)\"")],
            content: "\(body)\r\n--\(boundary)--\r\n"
        )
    }

    /// The part's fields, an empty line and its content.
    var rendered: String { fields.map(\.rendered).joined() + "\r\n" + content }

    private static func base64(_ text: String) -> String {
        let options: Data.Base64EncodingOptions = [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ]
        return Data(text.utf8).base64EncodedString(options: options) + "\r\n"
    }

    /// Returns the FNV-1a hash, so that a message has the same boundaries each time it is rendered.
    private static func fingerprint(of seed: String) -> String {
        let hash = seed.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}

/// The quoted-printable encoding (RFC 2045 section 6.7).
enum QuotedPrintable {
    /// The last column for content; a line has at most 76 characters, including a soft line break.
    private static let lastColumn = 75

    /// Encodes text with CRLF line breaks, including one at the end of the last line.
    static func encode(_ text: String) -> String {
        let safe = text.safeMultiline
        let octets = safe.utf8Span.span
        var encoded: [UInt8] = []
        encoded.reserveCapacity(octets.count + octets.count / 8)
        var start = 0
        while start < octets.count {
            var end = start
            while end < octets.count, octets[end] != UInt8(ascii: "\n") { end += 1 }
            append(octets.extracting(start..<end), to: &encoded)
            encoded.append(contentsOf: "\r\n".utf8)
            start = end + 1
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Appends a line's encoding without splitting a character at a soft line break.
    private static func append(_ line: Span<UInt8>, to encoded: inout [UInt8]) {
        var column = 0
        var position = 0
        while position < line.count {
            let lead = line[position]
            let count = min(octetCount(of: lead), line.count - position)
            let isLast = position + count == line.count
            var width = width(of: lead, count: count, isFirst: column == 0, isLast: isLast)
            if column + width > lastColumn {
                encoded.append(contentsOf: "=\r\n".utf8)
                column = 0
                width = Self.width(of: lead, count: count, isFirst: true, isLast: isLast)
            }
            if width == 1 {
                encoded.append(lead)
            } else {
                for index in position..<position + count { escape(line[index], into: &encoded) }
            }
            column += width
            position += count
        }
    }

    /// Returns the number of octets of a UTF-8 character from its first octet.
    private static func octetCount(of lead: UInt8) -> Int {
        switch lead {
        case 0xF0...: 4
        case 0xE0...: 3
        case 0xC0...: 2
        default: 1
        }
    }

    /// Returns the number of columns of a character: one unencoded, three for each octet that must be escaped.
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
        encoded.append(digit(octet >> 4))
        encoded.append(digit(octet & 0x0F))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
