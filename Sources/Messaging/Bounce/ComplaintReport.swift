/// A recipient's complaint about one message, passed on by the recipient's mail provider (RFC 5965).
public struct ComplaintReport: Hashable, Sendable {
    /// What the recipient said.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The message is unwanted: the button "this is spam".
        case abuse
        /// The message looks like a fraud.
        case fraud
        /// The recipient wants no more mail, by a button that some providers show.
        case optOut = "opt-out"
    }

    /// What the recipient said.
    public let kind: Kind
    /// Who complains, as far as the provider tells; at least one.
    ///
    /// Some put a made-up address in place of the real one.
    public let recipients: [Mailbox]
    /// The identifier of the message complained about, without angle brackets, where the report tells it.
    public let messageID: String?
}

extension ComplaintReport {
    init(_ part: ReceivedPart, returned: ReturnedMessage?) throws(MailReportError) {
        guard part.isWhole else { throw .cutOff }
        guard let report = ReceivedFields.blocks(in: part.content, limit: 1).first,
            let kind = report["feedback-type"].flatMap(\.onlyWord).flatMap(Kind.init)
        else { throw .notAComplaint }
        let told = report.all("original-rcpt-to").compactMap { ReportedValue($0).mailbox }
        recipients = told.isEmpty ? [returned?.recipient].compactMap(\.self) : told
        guard !recipients.isEmpty else { throw .noRecipient }
        self.kind = kind
        messageID = returned?.messageID
    }
}
