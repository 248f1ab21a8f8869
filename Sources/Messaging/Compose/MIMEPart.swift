import FoundationEssentials

/// A part of a message: its own header fields, and content that is safe to send as it stands.
struct MIMEPart {
    let fields: [HeaderField]
    let content: String

    /// A part of text for people, readable even in a program that knows no MIME.
    static func text(_ text: String, subtype: String) -> MIMEPart {
        MIMEPart(
            fields: [
                HeaderField("Content-Type", "text/\(subtype);", "charset=utf-8"),
                HeaderField("Content-Transfer-Encoding", "quoted-printable"),
            ],
            content: QuotedPrintable.encode(text)
        )
    }

    /// A calendar entry, twice.
    ///
    /// As an alternative of the text: calendars read their buttons from it (RFC 6047 section 2.4). And as a file, for
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

    /// Several parts as one.
    ///
    /// The boundary begins with `=_`, which neither quoted-printable nor base64 can contain, so that no content can
    /// hold it; each kind appears once in a message, and its name keeps the two apart.
    static func multipart(_ subtype: String, of parts: [MIMEPart], seed: String) -> MIMEPart {
        let boundary = "=_\(subtype)_\(fingerprint(of: seed))"
        let body = parts.map { "--\(boundary)\r\n\($0.rendered)" }.joined(separator: "\r\n")
        return MIMEPart(
            fields: [HeaderField("Content-Type", "multipart/\(subtype);", "boundary=\"\(boundary)\"")],
            content: "\(body)\r\n--\(boundary)--\r\n"
        )
    }

    /// The part's fields, an empty line, and its content.
    var rendered: String { fields.map(\.rendered).joined() + "\r\n" + content }

    private static func base64(_ text: String) -> String {
        let options: Data.Base64EncodingOptions = [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ]
        return Data(text.utf8).base64EncodedString(options: options) + "\r\n"
    }

    /// FNV-1a: the same message gets the same boundaries each time it is rendered.
    private static func fingerprint(of seed: String) -> String {
        let hash = seed.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
