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

    /// A complaint of Microsoft's Junk Mail Reporting Program before it spoke RFC 5965; `nil` for any other message.
    init?(old returned: ReturnedMessage) {
        guard let complainant = returned.complainant, let messageID = returned.messageID else { return nil }
        kind = .abuse
        recipients = [Mailbox(address: complainant)].compactMap(\.self)
        messageIDs = [messageID]
    }
}

/// What a report returns of our message: all of it, or its header.
struct ReturnedMessage {
    private static let types: Set<String> = [
        "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers",
    ]

    /// The message's identifier, without angle brackets.
    let messageID: String?
    /// The one person it was for.
    let recipient: Mailbox?
    /// Who complains, in a complaint of Microsoft's that is older than RFC 5965.
    let complainant: String?

    init?(_ part: ReceivedPart) {
        guard Self.types.contains(part.type.name) else { return nil }
        let fields = ReceivedPart(part.content, isComplete: part.isComplete).fields
        messageID = fields["message-id"].flatMap(String.init(bracketed:))
        recipient = fields["to"].flatMap(Self.mailbox)
        complainant = fields["x-hmxmroriginalrecipient"]
    }

    /// Mail of ours is to one person, so a list of several is none of ours.
    private static func mailbox(in field: String) -> Mailbox? {
        let text = field.withoutComments
        guard text.splitOutsideQuotes(at: ",").count == 1 else { return nil }
        let opening = text.lastIndex(of: "<") ?? text.startIndex
        return Mailbox(address: String(text[opening...]))
    }
}

extension String {
    /// The identifiers in a field such as `References: <one@right> <two@right>`, without their brackets.
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

    /// The identifier in a field such as `Message-ID: <left@right>`, without its brackets.
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
    /// These texts, each once, in their order.
    var uniqued: [String] {
        var known: Set<String> = []
        return filter { known.insert($0).inserted }
    }
}
