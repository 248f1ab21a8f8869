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
    /// Who complains, as far as the provider tells.
    ///
    /// Some put a made-up address in place of the real one (RFC 6590), or none. Only the message complained about says
    /// whom it was for.
    public let recipients: [Mailbox]
    /// Identifiers, without angle brackets, one of which is that of the message complained about; the likeliest first.
    public let messageIDs: [String]
}

extension ComplaintReport {
    init(
        _ part: ReceivedPart, returned: ReturnedMessage?, answering mail: ReceivedFields
    ) throws(MailReportError) {
        guard part.isWhole else { throw .cutOff }
        guard let report = ReceivedFields.blocks(in: part.content, limit: 1).first,
            let kind = report["feedback-type"].flatMap(\.onlyWord).flatMap(Kind.init)
        else { throw .notAComplaint }
        let told = report.all("original-rcpt-to").compactMap { ReportedValue($0).mailbox }
        recipients = told.isEmpty ? [returned?.recipient].compactMap(\.self) : told
        self.kind = kind
        messageIDs = mail.messageIDs(of: returned)
        guard !recipients.isEmpty || !messageIDs.isEmpty else { throw .noRecipient }
    }

    /// A complaint of Microsoft's Junk Mail Reporting Program before it spoke RFC 5965; `nil` for any other message.
    init?(old returned: ReturnedMessage) {
        guard let complainant = returned.complainant, let messageID = returned.messageID else { return nil }
        kind = .abuse
        recipients = [Mailbox(address: complainant)].compactMap(\.self)
        messageIDs = [messageID]
    }
}
