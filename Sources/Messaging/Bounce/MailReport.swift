/// What a mail server tells about mail of ours, in mail to our envelope's sender (RFC 6522).
///
/// Anybody can write such mail. It is evidence about an address only together with the message that it returns: compare
/// `messageID` with the messages that really went there.
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
        let mail = ReceivedPart(octets[...], isWhole: false)
        let parts = Self.reports(in: mail, depth: 0).flatMap { Self.leaves(of: $0, depth: 0) }
        let returned = parts.lazy.compactMap(ReturnedMessage.init).first
        if let status = parts.first(where: \.type.isDeliveryStatus) {
            self = .delivery(try DeliveryReport(status, returned: returned, answering: mail.fields))
        } else if let feedback = parts.first(where: { $0.type.name == "message/feedback-report" }) {
            self = .complaint(try ComplaintReport(feedback, returned: returned))
        } else {
            throw .notAReport
        }
    }

    /// The identifier of the message that the report is about, without angle brackets, where the report tells it.
    public var messageID: String? {
        switch self {
        case .delivery(let report): report.messageID
        case .complaint(let report): report.messageID
        }
    }

    /// The reports: the mail itself, or within what filters and lists have wrapped around it.
    private static func reports(in part: ReceivedPart, depth: Int) -> [ReceivedPart] {
        guard part.type.isMultipart, depth < maximumDepth else { return [] }
        if part.type.name == "multipart/report" { return [part] }
        return part.parts.flatMap { reports(in: $0, depth: depth + 1) }
    }

    /// The parts that are not made of parts, in order; a message within is one of them.
    private static func leaves(of part: ReceivedPart, depth: Int) -> [ReceivedPart] {
        guard part.type.isMultipart else { return [part] }
        return depth < maximumDepth ? part.parts.flatMap { leaves(of: $0, depth: depth + 1) } : []
    }
}
