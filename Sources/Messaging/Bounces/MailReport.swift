/// What a mail server tells about mail of ours, in mail to our envelope's sender (RFC 6522).
///
/// Anybody can write such mail. It is evidence about an address only together with the message that it returns: compare
/// `messageIDs` with the messages that really went there.
public enum MailReport: Hashable, Sendable {
    /// What became of a message (RFC 3464): a bounce, a delay, a delivery.
    case delivery(DeliveryReport)
    /// A recipient has called a message unwanted (RFC 5965).
    case complaint(ComplaintReport)

    /// Longer mail is not read; servers return the header of a message, or a small part of it.
    public static let maximumOctets = 10 * 1024 * 1024
    /// Deeper parts are not looked into; real reports are two or three deep.
    private static let maximumDepth = 8

    /// Reads one report.
    ///
    /// - Parameter octets: A whole mail as it arrived, with line ends of either kind, and with or without the line
    ///   `From ...` that some programs put before it.
    /// - Throws: `MailReportError` when the mail is no report, is cut off, or says nothing about anybody.
    public init(reading octets: [UInt8]) throws(MailReportError) {
        guard octets.count <= Self.maximumOctets else { throw .tooLong }
        self = try Self.read(ReceivedPart(octets[...], isComplete: false))
    }

    /// Reads a mail as a report: in a standard form, else in one of those that older systems write.
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

    /// The identifiers, without angle brackets, one of which is that of the message that the report is about.
    public var messageIDs: [String] {
        switch self {
        case .delivery(let report): report.messageIDs
        case .complaint(let report): report.messageIDs
        }
    }

    /// The reports: the mail itself, or within what filters and lists have wrapped around it.
    private static func reports(in part: ReceivedPart, depth: Int) -> [ReceivedPart] {
        guard part.type.isMultipart, depth < maximumDepth else { return [] }
        if part.type.name == "multipart/report" { return [part] }
        return part.parts.flatMap { reports(in: $0, depth: depth + 1) }
    }
}

extension ReceivedPart {
    /// Deeper parts are not looked into; real mail is a few deep.
    private static let maximumDepth = 8

    /// The parts that are not made of parts, in order; a message within is one of them.
    var leaves: [ReceivedPart] { leaves(depth: 0) }

    private func leaves(depth: Int) -> [ReceivedPart] {
        guard type.isMultipart else { return [self] }
        return depth < Self.maximumDepth ? parts.flatMap { $0.leaves(depth: depth + 1) } : []
    }
}

/// Mail that cannot be read as a report about mail of ours.
public enum MailReportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The mail is longer than `MailReport.maximumOctets`.
    case tooLong
    /// The mail has neither a delivery status nor a feedback report in it.
    case notAReport
    /// The mail ends before the report does, so that its last words may be the wrong ones.
    case truncated
    /// The report names no address that mail of ours could have gone to.
    case noRecipient
    /// The report is feedback of another kind than a complaint.
    case notAComplaint

    /// What is wrong with the mail, why, and what to do.
    public var description: String {
        switch self {
        case .tooLong:
            "The mail is not read: it is longer than \(MailReport.maximumOctets / 1_048_576) MB, and no report is. "
                + "Have the mail server return headers only."
        case .notAReport:
            "The mail is no report: it holds neither a delivery status (RFC 3464) nor a feedback report (RFC 5965). "
                + "It may be an automatic answer; let a person read it."
        case .truncated:
            "The report is cut off: it ends within what it says about a recipient. Hand over the whole mail."
        case .noRecipient:
            "The report says nothing about anybody: it names no recipient in a form that mail could go to. "
                + "Let a person read it."
        case .notAComplaint:
            "The report is no complaint: its kind of feedback says nothing about what a recipient wants. "
                + "Nothing needs to be done."
        }
    }
}

/// A mail that came to our envelope's sender: what it says, as far as it can be understood.
///
/// Any octets are one; nothing in them makes this fail.
public struct ReceivedMail: Sendable {
    /// What a mail says.
    public enum Content: Sendable {
        /// A report about mail of ours.
        case report(MailReport)
        /// An answer to an invitation.
        case calendarReply(CalendarReply)
        /// Something for a person to read, and why it is no report.
        case other(MailReportError)
    }

    /// So much is kept for a person to read, in octets.
    public static let maximumExcerpt = 16_384
    private static let maximumLine = 200

    /// Who wrote it, as the header says; one line.
    public let from: String?
    /// The subject; one line.
    public let subject: String?
    /// What it says.
    public let content: Content
    /// The mail's beginning, with what could harm a terminal made visible.
    public let excerpt: String

    /// Reads a mail; only the first `MailReport.maximumOctets` of it count.
    ///
    /// - Parameter octets: The mail as it arrived.
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
    /// The answer to an invitation that is in the mail, where there is one.
    fileprivate var calendarReply: CalendarReply? {
        leaves.lazy.filter { ["text/calendar", "application/ics"].contains($0.type.name) }
            .compactMap { CalendarReply(parsing: $0.content) }.first
    }
}
