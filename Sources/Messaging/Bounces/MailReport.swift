/// A mail server's report about a message that we sent, received at the envelope's sender (RFC 6522).
///
/// Reports can be forged. A report is evidence about an address only together with the message that it returns:
/// compare `messageIDs` with the messages that were sent there.
public enum MailReport: Hashable, Sendable {
    /// A delivery status notification (RFC 3464): a bounce, a delay or a delivery.
    case delivery(DeliveryReport)
    /// A recipient's spam complaint (RFC 5965).
    case complaint(ComplaintReport)

    /// The maximum size of a mail; servers return only a message's header, or a small part of it.
    public static let maximumOctets = 10 * 1024 * 1024
    /// The maximum nesting depth of parts; reports in practice are two or three deep.
    private static let maximumDepth = 8

    /// Parses a report.
    ///
    /// - Parameter octets: The complete mail as received, with LF or CRLF line endings, with or without the line `From
    ///   ...` that some programs put before it.
    /// - Throws: `MailReportError` when the mail is not a report, is truncated, or names no recipient.
    public init(reading octets: [UInt8]) throws(MailReportError) {
        guard octets.count <= Self.maximumOctets else { throw .tooLong }
        self = try Self.read(ReceivedPart(octets[...], isComplete: false))
    }

    /// Parses a mail as a report: in a standard form, else in one of the forms of older systems.
    static func read(_ mail: ReceivedPart) throws(MailReportError) -> MailReport {
        do throws(MailReportError) {
            return try standard(mail)
        } catch {
            if error == .notAReport, let complaint = oldComplaint(in: mail) { return .complaint(complaint) }
            if error == .notAReport || error == .noRecipient, let text = PlainTextReport(mail) {
                return .delivery(text.report)
            }
            throw error
        }
    }

    private static func standard(_ mail: ReceivedPart) throws(MailReportError) -> MailReport {
        let parts = reports(in: mail, depth: 0).flatMap(\.leaves)
        let returned = parts.lazy.compactMap(ReturnedMessage.init).first
        if let status = parts.first(where: \.type.isDeliveryStatus) {
            return .delivery(try DeliveryReport(status, returned: returned, answering: mail.fields))
        }
        if let feedback = parts.first(where: { $0.type.name == "message/feedback-report" }) {
            return .complaint(try ComplaintReport(feedback, returned: returned, answering: mail.fields))
        }
        throw .notAReport
    }

    private static func oldComplaint(in mail: ReceivedPart) -> ComplaintReport? {
        mail.leaves.lazy.compactMap(ReturnedMessage.init).compactMap(ComplaintReport.init(old:)).first
    }

    /// The candidate message identifiers, without angle brackets; one of them is that of the reported message.
    public var messageIDs: [String] {
        switch self {
        case .delivery(let report): report.messageIDs
        case .complaint(let report): report.messageIDs
        }
    }

    /// Returns the reports: the mail itself, or parts of it when filters or mailing lists have wrapped the report.
    private static func reports(in part: ReceivedPart, depth: Int) -> [ReceivedPart] {
        guard part.type.isMultipart, depth < maximumDepth else { return [] }
        if part.type.name == "multipart/report" { return [part] }
        return part.parts.flatMap { reports(in: $0, depth: depth + 1) }
    }
}

extension ReceivedPart {
    /// The maximum nesting depth of parts, above what occurs in practice.
    private static let maximumDepth = 8

    /// The parts that are not multiparts, in order; an embedded message counts as one part.
    var leaves: [ReceivedPart] { leaves(depth: 0) }

    private func leaves(depth: Int) -> [ReceivedPart] {
        guard type.isMultipart else { return [self] }
        return depth < Self.maximumDepth ? parts.flatMap { $0.leaves(depth: depth + 1) } : []
    }
}

/// An error in the parsing of a report.
public enum MailReportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The mail is longer than `MailReport.maximumOctets`.
    case tooLong
    /// The mail has neither a delivery status nor a feedback report.
    case notAReport
    /// The mail ends within the report, so that its last field may be incomplete.
    case truncated
    /// The report names no valid recipient address.
    case noRecipient
    /// The report is feedback, but not a complaint.
    case notAComplaint

    /// The problem, its cause and the remedy.
    public var description: String {
        switch self {
        case .tooLong:
            "The mail is not read: it is longer than \(MailReport.maximumOctets / 1_048_576) MB, and no report is. "
                + "Have the mail server return headers only."
        case .notAReport:
            "The mail is not a report: it contains neither a delivery status (RFC 3464) nor a feedback report (RFC 5965). "
                + "It may be an automatic answer; let a person read it."
        case .truncated:
            "The report is cut off: it ends within the fields of a recipient. Pass the whole mail."
        case .noRecipient:
            "The report has no recipient: none of its fields contains an address that mail can be sent to. "
                + "Let a person read it."
        case .notAComplaint:
            "The report is not a complaint: its feedback type does not express a recipient's preference. "
                + "Nothing needs to be done."
        }
    }
}

/// A mail received at the envelope's sender, with its content as far as it can be parsed.
///
/// Parsing accepts any octets and never fails.
public struct ReceivedMail: Sendable {
    /// The content of a mail.
    public enum Content: Sendable {
        /// A report about a message that we sent.
        case report(MailReport)
        /// A reply to an invitation.
        case calendarReply(CalendarReply)
        /// A mail for staff to read, with the reason why it is not a report.
        case other(MailReportError)
    }

    /// The maximum size of the excerpt in octets.
    public static let maximumExcerpt = 16_384
    private static let maximumLine = 200

    /// The author from the header, on one line.
    public let from: String?
    /// The subject, on one line.
    public let subject: String?
    /// The content.
    public let content: Content
    /// The beginning of the mail, with terminal control characters made visible.
    public let excerpt: String

    /// Parses a mail; only its first `MailReport.maximumOctets` octets are read.
    ///
    /// - Parameter octets: The mail as received.
    public init(reading octets: [UInt8]) {
        let mail = ReceivedPart(octets.prefix(MailReport.maximumOctets), isComplete: false)
        from = Self.line(mail.fields["from"])
        subject = Self.line(mail.fields["subject"])
        excerpt = String(decoding: octets.prefix(Self.maximumExcerpt), as: UTF8.self).safeMultiline
        do throws(MailReportError) {
            content = .report(try MailReport.read(mail))
        } catch {
            content = mail.calendarReply.map { .calendarReply($0) } ?? .other(error)
        }
    }

    private static func line(_ field: String?) -> String? {
        let line = field.map { EncodedWord.decoding(String($0.prefix(1000))).safeSingleLine.prefix(maximumLine) }
        return line.flatMap { $0.isEmpty ? nil : String($0) }
    }
}

extension ReceivedPart {
    /// The reply to an invitation in the mail, if any.
    fileprivate var calendarReply: CalendarReply? {
        leaves.lazy.filter { ["text/calendar", "application/ics"].contains($0.type.name) }
            .compactMap { CalendarReply(parsing: $0.content) }.first
    }
}
