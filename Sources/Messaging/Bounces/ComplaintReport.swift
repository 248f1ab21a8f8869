/// A recipient's complaint about one message, forwarded by the recipient's mail provider (RFC 5965).
public struct ComplaintReport: Hashable, Sendable {
    /// The kind of a complaint.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The message is unwanted, usually reported by a "spam" button.
        case abuse
        /// The message looks fraudulent.
        case fraud
        /// The recipient opts out, with a button that some providers show.
        case optOut = "opt-out"
    }

    /// The kind of the complaint.
    public let kind: Kind
    /// The complaining recipients, as far as the provider reports them.
    ///
    /// Some providers substitute a made-up address (RFC 6590), or report none. Only the message that the complaint is
    /// about identifies its recipient reliably.
    public let recipients: [Mailbox]
    /// The candidate message identifiers, without angle brackets, most likely first.
    public let messageIDs: [String]
}

extension ComplaintReport {
    init(
        _ part: ReceivedPart, returned: ReturnedMessage?, answering mail: ReceivedFields
    ) throws(MailReportError) {
        guard part.isComplete else { throw .truncated }
        guard let report = ReceivedFields.blocks(in: part.content, limit: 1).first,
            let kind = report["feedback-type"].flatMap(\.singleWord).flatMap(Kind.init)
        else { throw .notAComplaint }
        let reportedRecipients = report.all("original-rcpt-to").compactMap { ReportFieldValue($0).mailbox }
        recipients = reportedRecipients.isEmpty ? [returned?.recipient].compactMap(\.self) : reportedRecipients
        self.kind = kind
        messageIDs = mail.messageIDs(of: returned)
        guard !recipients.isEmpty || !messageIDs.isEmpty else { throw .noRecipient }
    }

    /// Parses a complaint of Microsoft's Junk Mail Reporting Program from before RFC 5965; `nil` for any other
    /// message.
    init?(old returned: ReturnedMessage) {
        guard let complainant = returned.complainant, let messageID = returned.messageID else { return nil }
        kind = .abuse
        recipients = [Mailbox(address: complainant)].compactMap(\.self)
        messageIDs = [messageID]
    }
}

/// The part of the original message that a report returns: all of it, or its header.
struct ReturnedMessage {
    private static let types: Set<String> = [
        "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers",
    ]

    /// The message's identifier, without angle brackets.
    let messageID: String?
    /// The message's only recipient.
    let recipient: Mailbox?
    /// The complaining recipient in a Microsoft complaint that is older than RFC 5965.
    let complainant: String?

    init?(_ part: ReceivedPart) {
        guard Self.types.contains(part.type.name) else { return nil }
        let fields = ReceivedPart(part.content, isComplete: part.isComplete).fields
        messageID = fields["message-id"].flatMap(String.init(bracketed:))
        recipient = fields["to"].flatMap(Self.mailbox)
        complainant = fields["x-hmxmroriginalrecipient"]
    }

    /// Returns the mailbox in a field; messages of Intro have one recipient, so a list of several is not one.
    private static func mailbox(in field: String) -> Mailbox? {
        let text = field.withoutComments
        guard text.splitOutsideQuotes(at: ",").count == 1 else { return nil }
        let opening = text.lastIndex(of: "<") ?? text.startIndex
        return Mailbox(address: String(text[opening...]))
    }
}

extension String {
    /// The identifiers in a field such as `References: <one@right> <two@right>`, without angle brackets.
    var bracketed: [String] {
        var (ids, rest) = ([String](), self[...])
        while ids.count < 100, let opening = rest.firstIndex(of: "<"),
            let closing = rest[opening...].firstIndex(of: ">")
        {
            if let id = String(bracketed: String(rest[opening...closing])) { ids.append(id) }
            rest = rest[rest.index(after: closing)...]
        }
        return ids
    }

    /// Parses the identifier in a field such as `Message-ID: <left@right>`, without angle brackets.
    init?(bracketed field: String) {
        guard let opening = field.firstIndex(of: "<"), let closing = field[opening...].firstIndex(of: ">") else {
            return nil
        }
        let id = field[field.index(after: opening)..<closing]
        guard !id.isEmpty, id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self = String(id)
    }
}

extension [String] {
    /// These texts without duplicates, in order of first appearance.
    var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
