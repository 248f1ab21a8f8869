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
        self = try Self.read(ReceivedPart(octets[...], isWhole: false))
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
