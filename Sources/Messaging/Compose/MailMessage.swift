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
