public import FoundationEssentials

/// An e-mail to one person, as plain text and HTML, optionally with a calendar event.
///
/// Rendering is deterministic: equal values render to the same octets.
public struct MailMessage: Hashable, Sendable {
    /// A rendered calendar and its method.
    public struct Calendar: Hashable, Sendable {
        /// The calendar, as returned by `ICalendar.render`.
        public let ics: String
        /// The calendar's METHOD, which the MIME part repeats (RFC 6047 section 2.4).
        public let method: ICalendar.Method

        /// Creates a calendar from its rendered form and its method.
        public init(ics: String, method: ICalendar.Method) {
            self.ics = ics
            self.method = method
        }
    }

    /// The author.
    public let from: Mailbox
    /// The address for replies, if different from the author's.
    public let replyTo: Mailbox?
    /// The only recipient.
    public let to: Mailbox
    /// The subject line.
    public let subject: String
    /// The plain text.
    public let text: String
    /// The HTML.
    public let html: String
    /// The attached calendar event, if any.
    public let calendar: Calendar?
    /// The link for one-click unsubscription, if any.
    public let unsubscribe: UnsubscribeLink?
    /// The identifier without angle brackets, which is unique and the same each time the message is rendered.
    public let messageID: String
    /// The instant of sending.
    public let date: Date

    /// Creates a message after validation.
    ///
    /// - Parameters:
    ///   - from: The author.
    ///   - replyTo: The address for replies, if different from the author's.
    ///   - to: The only recipient.
    ///   - subject: One line of text in any script.
    ///   - text: The plain text, with any kind of line break.
    ///   - html: The HTML, with any kind of line break.
    ///   - calendar: The attached calendar event, if any.
    ///   - unsubscribe: The link for one-click unsubscription, if any.
    ///   - messageID: `left@right`, with or without angle brackets.
    ///   - date: The instant of sending.
    /// - Throws: `CompositionError` for a subject or identifier that would break the header.
    public init(
        from: Mailbox,
        replyTo: Mailbox? = nil,
        to: Mailbox,
        subject: String,
        text: String,
        html: String,
        calendar: Calendar? = nil,
        unsubscribe: UnsubscribeLink? = nil,
        messageID: String,
        date: Date
    ) throws(CompositionError) {
        try subject.checkSingleLine(.subject)
        self.from = from
        self.replyTo = replyTo
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.calendar = calendar
        self.unsubscribe = unsubscribe
        self.messageID = try Self.check(messageID: messageID)
        self.date = date
    }

    /// Returns the message in its wire form.
    ///
    /// It is ASCII with CRLF line endings; lines have at most 78 characters, except for long addresses and links.
    public func render() -> [UInt8] {
        let fields = [
            HeaderField("Date", date.mailDate),
            HeaderField("From", mailbox: from),
            replyTo.map { HeaderField("Reply-To", mailbox: $0) },
            HeaderField("To", mailbox: to),
            HeaderField("Subject", text: subject),
            HeaderField("Message-ID", "<\(messageID)>"),
            HeaderField("Auto-Submitted", "auto-generated"),
            HeaderField("MIME-Version", "1.0"),
        ]
        let header = fields.compactMap(\.self) + (unsubscribe?.fields ?? [])
        return Array((header.map(\.rendered).joined() + body.rendered).utf8)
    }

    private var body: MIMEPart {
        let texts = [MIMEPart.text(text, subtype: "plain"), MIMEPart.text(html, subtype: "html")]
        guard let calendar else { return .multipart("alternative", of: texts, seed: messageID) }
        let (invitation, attachment) = MIMEPart.invitation(calendar)
        let alternative = MIMEPart.multipart("alternative", of: texts + [invitation], seed: messageID)
        return .multipart("mixed", of: [alternative, attachment], seed: messageID)
    }

    private static func check(messageID: String) throws(CompositionError) -> String {
        let isBracketed = messageID.hasPrefix("<") && messageID.hasSuffix(">")
        let id = isBracketed ? String(messageID.dropFirst().dropLast()) : messageID
        let sides = id.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        let isValid =
            sides.count == 2 && id.utf8.count <= 200
            && sides.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isAtomText || $0 == UInt8(ascii: ".") } }
        guard isValid else { throw CompositionError(part: .messageID, rule: .notAMessageID) }
        return id
    }
}

/// A link for one-click unsubscription by a mail program (RFC 8058).
///
/// The program posts to the link without the reader's cookies or password, so the link must identify the recipient. It
/// does so with an opaque token, because messages are forwarded and logs are read by others.
public struct UnsubscribeLink: Hashable, Sendable {
    private static let field = "List-Unsubscribe"
    /// The maximum length of a link, which cannot be folded: a line has 998 octets, including the field's name.
    static let maximumLength = 998 - field.utf8.count - ": <>".utf8.count

    /// The link, unchanged.
    public let url: String

    /// Creates a link after validation.
    ///
    /// - Parameter url: An absolute HTTPS URI in ASCII: host, optional port, path and query, without user and
    ///   fragment.
    /// - Throws: `CompositionError` for any other text, and for a link that exceeds the maximum length.
    public init(_ url: String) throws(CompositionError) {
        guard url.utf8.count <= Self.maximumLength else {
            throw CompositionError(part: .unsubscribe, rule: .linkTooLong)
        }
        guard url.isHTTPSLink else { throw CompositionError(part: .unsubscribe, rule: .notAnHTTPSLink) }
        self.url = url
    }

    /// The two header fields, which receivers honour only together and signed by the relay (RFC 8058 section 4).
    var fields: [HeaderField] {
        [HeaderField(Self.field, "<\(url)>"), HeaderField("\(Self.field)-Post", "List-Unsubscribe=One-Click")]
    }
}

extension String {
    /// Whether this is an absolute HTTPS URI in ASCII: host, optional port, path and query, without user and fragment.
    var isHTTPSLink: Bool {
        let scheme = "https://"
        guard utf8.count > scheme.utf8.count, prefix(scheme.count).lowercased() == scheme else { return false }
        let rest = dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let sides = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = sides.first, host.isDomain, sides.count == 1 || Self.isPort(sides[1]) else { return false }
        return Self.isPathAndQuery(rest[authority.endIndex...])
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && UInt16(text) ?? 0 > 0
    }

    /// Returns whether a text has only the characters of RFC 3986 sections 3.3 and 3.4, and valid percent escapes.
    private static func isPathAndQuery(_ text: Substring) -> Bool {
        let marks = "-._~!$&'()*+,;=:@/?%".utf8
        let pieces = text.split(separator: "%", omittingEmptySubsequences: false)
        return text.utf8.allSatisfy { $0.isLetterOrDigit || marks.contains($0) }
            && pieces.dropFirst().allSatisfy { $0.count >= 2 && $0.prefix(2).allSatisfy(\.isHexDigit) }
    }
}
