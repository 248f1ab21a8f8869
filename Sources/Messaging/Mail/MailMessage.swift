public import FoundationEssentials

/// A message to one person, as text and as HTML, with or without a calendar entry.
///
/// The same value renders to the same bytes, always.
public struct MailMessage: Hashable, Sendable {
    /// A rendered calendar, and what it asks the recipient's calendar to do.
    public struct Calendar: Hashable, Sendable {
        /// The calendar, as `ICalendar.render` makes it.
        public let ics: String
        /// The method that the calendar itself carries; the MIME part repeats it (RFC 6047 section 2.4).
        public let method: ICalendar.Method

        /// Pairs a rendered calendar with its method.
        public init(ics: String, method: ICalendar.Method) {
            self.ics = ics
            self.method = method
        }
    }

    /// Who the message is from.
    public let from: Mailbox
    /// Where answers go, when not to the sender.
    public let replyTo: Mailbox?
    /// The one person it is for.
    public let to: Mailbox
    /// The subject line.
    public let subject: String
    /// The text for programs that show no HTML.
    public let text: String
    /// The same as HTML.
    public let html: String
    /// The calendar entry that comes with it.
    public let calendar: Calendar?
    /// Where the recipient's mail program asks us to write no more.
    public let unsubscribe: UnsubscribeLink?
    /// The identifier, without angle brackets: unique, and the same when the same message is rendered again.
    public let messageID: String
    /// The instant of sending.
    public let date: Date

    /// Checks and makes a message.
    ///
    /// - Parameters:
    ///   - from: Who the message is from.
    ///   - replyTo: Where answers go, when not to the sender.
    ///   - to: The one person it is for.
    ///   - subject: One line of text in any script.
    ///   - text: The text for programs that show no HTML; line breaks of any kind.
    ///   - html: The same as HTML; line breaks of any kind.
    ///   - calendar: The calendar entry that comes with it.
    ///   - unsubscribe: Where the recipient's mail program asks us to write no more.
    ///   - messageID: `left@right`, with or without angle brackets.
    ///   - date: The instant of sending.
    /// - Throws: `CompositionError` for a subject or an identifier that would break the header.
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

    /// The message as it goes over the wire: ASCII, CRLF line ends, no line over 78 characters but for a long address
    /// or link.
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

/// Where a mail program asks, at one click of its reader, that no more mail be sent (RFC 8058).
///
/// The program posts to the link without the reader's cookies or password, so the link itself has to tell whom it is
/// about: by an opaque token, since mail is forwarded and logs are read.
public struct UnsubscribeLink: Hashable, Sendable {
    private static let field = "List-Unsubscribe"
    /// The longest link that fits on its line, which cannot be folded within it: 998 octets with the field's name.
    static let maximumLength = 998 - field.utf8.count - ": <>".utf8.count

    /// The link, as it was given.
    public let url: String

    /// Checks and makes a link.
    ///
    /// - Parameter url: One absolute HTTPS URI in ASCII: a host, perhaps a port, a path and a query; no user, no
    ///   fragment.
    /// - Throws: `CompositionError` for anything else, and for a link that fits on no line.
    public init(_ url: String) throws(CompositionError) {
        guard url.utf8.count <= Self.maximumLength else {
            throw CompositionError(part: .unsubscribe, rule: .linkTooLong)
        }
        guard url.isHTTPSLink else { throw CompositionError(part: .unsubscribe, rule: .notAnHTTPSLink) }
        self.url = url
    }

    /// The two header fields, which a receiver heeds only together and signed by the relay (RFC 8058 section 4).
    var fields: [HeaderField] {
        [HeaderField(Self.field, "<\(url)>"), HeaderField("\(Self.field)-Post", "List-Unsubscribe=One-Click")]
    }
}

extension String {
    /// Whether this is one absolute HTTPS URI in ASCII: a host, perhaps a port, a path and a query; no user, no fragment.
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

    /// The characters of RFC 3986 sections 3.3 and 3.4, and every % followed by two hexadecimal digits.
    private static func isPathAndQuery(_ text: Substring) -> Bool {
        let marks = "-._~!$&'()*+,;=:@/?%".utf8
        let pieces = text.split(separator: "%", omittingEmptySubsequences: false)
        return text.utf8.allSatisfy { $0.isLetterOrDigit || marks.contains($0) }
            && pieces.dropFirst().allSatisfy { $0.count >= 2 && $0.prefix(2).allSatisfy(\.isHexDigit) }
    }
}
