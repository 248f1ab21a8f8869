/// The delivery status notification of one message (RFC 3464).
///
/// The texts may contain personal names; they belong in the ledger and not in logs.
public struct DeliveryReport: Hashable, Sendable {
    /// The action of the server (RFC 3464 section 2.3.3).
    public enum Action: String, Hashable, Sendable, CaseIterable {
        /// The delivery failed permanently.
        case failed
        /// The delivery is delayed; the server continues to try.
        case delayed
        /// The message was delivered to the recipient's mailbox.
        case delivered
        /// The message was passed to a server that does not send reports.
        case relayed
        /// The message was forwarded to the several addresses behind this one.
        case expanded
    }

    /// The status of one recipient.
    public struct Recipient: Hashable, Sendable {
        /// The address that the message was sent to (Original-Recipient, else Final-Recipient).
        public let address: Mailbox
        /// The final address after forwarding (Final-Recipient).
        public let finalAddress: Mailbox?
        /// The action of the server.
        public let action: Action
        /// The enhanced status code, if any.
        ///
        /// When the reporting server's status is unspecific, such as 5.0.0, it is the refusing server's.
        public let status: EnhancedStatus?
        /// The text of the server that refused or deferred: one line, at most 500 characters.
        public let diagnostic: String?
        /// The server that refused or deferred, on one line.
        public let remoteServer: String?

        /// The cause of a failure; meaningful only when `action` is `failed`.
        public let cause: FailureCause

        /// Whether no message can ever be delivered to this address, so that none should be sent to it.
        ///
        /// The delivery must have failed because of the address, not because of the message, a policy, a full mailbox
        /// or a timeout.
        public var isPermanent: Bool { action == .failed && cause == .address }
    }

    /// The recipients, in the order of the report; at least one.
    public let recipients: [Recipient]
    /// The candidate message identifiers, without angle brackets, most likely first.
    public let messageIDs: [String]
    /// The reporting server, on one line.
    public let reportingServer: String?
}

extension DeliveryReport {
    /// The maximum number of recipient blocks; messages of Intro have one recipient each, so a report with more is not
    /// about them.
    private static let maximumBlocks = 1000

    init(
        _ part: ReceivedPart, returned: ReturnedMessage?, answering mail: ReceivedFields
    ) throws(MailReportError) {
        guard part.isComplete else { throw .truncated }
        let blocks = ReceivedFields.blocks(in: part.content, limit: Self.maximumBlocks)
        recipients = blocks.compactMap(Recipient.init)
        guard !recipients.isEmpty else { throw .noRecipient }
        let about = blocks.first
        messageIDs = mail.messageIDs(of: returned, and: about?["x-original-message-id"])
        reportingServer = about?["reporting-mta"].flatMap { ReportFieldValue($0).line }
    }
}

extension DeliveryReport.Recipient {
    /// Creates a recipient from a block of a report; `nil` when the address or the action is missing.
    fileprivate init?(_ block: ReceivedFields) {
        let original = block["original-recipient"].flatMap { ReportFieldValue($0).mailbox }
        let final = block["final-recipient"].flatMap { ReportFieldValue($0).mailbox }
        guard let address = original ?? final,
            let action = block["action"].flatMap(\.singleWord).flatMap(DeliveryReport.Action.init)
        else { return nil }
        let diagnostic = (block["diagnostic-code"] ?? block["x-supplementary-info"]).map(ReportFieldValue.init)
        self.address = address
        finalAddress = final
        self.action = action
        status = Self.status(block["status"], diagnostic)
        self.diagnostic = diagnostic?.line
        remoteServer = block["remote-mta"].flatMap { ReportFieldValue($0).line }
        let diagnosticWords =
            (block.all("diagnostic-code").map { ReportFieldValue($0).words } + block.all("x-supplementary-info"))
            .joined(separator: " ")
        cause = FailureCause(status: status, words: diagnosticWords)
    }

    /// Returns the status; the refusing server's is used when the reporting server's is unspecific.
    private static func status(_ field: String?, _ diagnostic: ReportFieldValue?) -> EnhancedStatus? {
        let reported = field.flatMap { EnhancedStatus(leading: $0.withoutComments) }
        guard reported?.isUnspecific ?? true else { return reported }
        return diagnostic?.smtpStatus ?? reported
    }
}

/// The value of a report's field, which begins with its type: `rfc822; anna@example.com`, `smtp; 550 5.1.1 no`.
struct ReportFieldValue {
    private static let maximumLength = 500

    private let type: String?
    private let text: Substring

    /// Parses a value; some servers omit the type.
    init(_ field: String) {
        let type = field.prefix { $0 != ";" && !$0.isWhitespace }
        let rest = field[type.endIndex...].drop(while: \.isWhitespace)
        let isTyped = rest.first == ";" && !type.isEmpty
        self.type = isTyped ? type.lowercased() : nil
        text = isTyped ? rest.dropFirst() : field[...]
    }

    /// The address, if it is valid; `utf-8` is the type of RFC 6533.
    var mailbox: Mailbox? {
        guard type == nil || type == "rfc822" || type == "utf-8" else { return nil }
        return Mailbox(address: String(text).withoutComments)
    }

    /// The text on one line, or `nil` when it is empty.
    var line: String? {
        let line = String(text).safeSingleLine.prefix(Self.maximumLength)
        return line.isEmpty ? nil : String(line)
    }

    /// The text without its type.
    var words: String { String(text.prefix(2000)) }

    /// The status in a refusal's text: `550 5.1.1 no`, `550-no`, `5.1.1 no`.
    var smtpStatus: EnhancedStatus? {
        guard type == nil || type == "smtp" else { return nil }
        let reply = text.drop(while: \.isWhitespace)
        if let status = EnhancedStatus(leading: reply) { return status }
        let code = reply.prefix { $0.isASCII && $0.isWholeNumber }
        guard code.count == 3, let number = Int(code), reply.dropFirst(3).first.map({ $0 == "-" || $0 == " " }) ?? true
        else { return nil }
        return EnhancedStatus(leading: reply.dropFirst(4)) ?? EnhancedStatus(replyCode: number)
    }
}

extension Mailbox {
    /// Parses an address with or without angle brackets; `nil` when no message of Intro can have been sent to it.
    init?(address text: String) {
        let trimmed = text.split(whereSeparator: \.isWhitespace)
        guard trimmed.count == 1, let word = trimmed.first else { return nil }
        let isBracketed = word.hasPrefix("<") && word.hasSuffix(">")
        do {
            try self.init(name: nil, address: String(isBracketed ? word.dropFirst().dropLast() : word))
        } catch {
            return nil
        }
    }
}
