/// What became of one message, by a server's delivery status notification (RFC 3464).
///
/// The texts may name people; they belong into the ledger and not into logs.
public struct DeliveryReport: Hashable, Sendable {
    /// What the server has done (RFC 3464 section 2.3.3).
    public enum Action: String, Hashable, Sendable, CaseIterable {
        /// It has given up; the message does not arrive.
        case failed
        /// It has not delivered the message yet, and goes on trying.
        case delayed
        /// It has put the message into the recipient's mailbox.
        case delivered
        /// It has handed the message to a server that does not report.
        case relayed
        /// It has sent the message on to the several addresses behind this one.
        case expanded
    }

    /// What the report says about one recipient.
    public struct Recipient: Hashable, Sendable {
        /// The address that the message was sent to, as far as the report tells (Original-Recipient, else Final-Recipient).
        public let address: Mailbox
        /// The address that it had come to in the end, when it was forwarded (Final-Recipient).
        public let finalAddress: Mailbox?
        /// What the server has done.
        public let action: Action
        /// Why, as far as it can be told in numbers.
        ///
        /// Where the server's own status is unspecific, such as 5.0.0, this is what the refusing server said.
        public let status: EnhancedStatus?
        /// Why, in the words of the server that refused or postponed: one line, at most 500 characters.
        public let diagnostic: String?
        /// The server that refused or postponed, in one line.
        public let remoteServer: String?

        /// What a failure is about; of no interest where the server has not given up.
        public let cause: FailureCause

        /// Whether no message to this address will ever arrive, so that none should be sent there.
        ///
        /// The server must have given up for a reason that lies in the address, not in the message, in a policy, in a
        /// full mailbox or in the time that passed.
        public var isPermanent: Bool { action == .failed && cause == .address }
    }

    /// The recipients, in the order of the report; at least one.
    public let recipients: [Recipient]
    /// Identifiers, without angle brackets, one of which is that of the message that came back; the likeliest first.
    public let messageIDs: [String]
    /// The server that reports, in one line.
    public let reportingServer: String?
}

extension DeliveryReport {
    /// Mail of ours is for one person; a report about more than this many is not about ours.
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
    /// Takes in one block of a report; `nil` where it does not tell who, or what was done.
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
        let words =
            (block.all("diagnostic-code").map { ReportFieldValue($0).words } + block.all("x-supplementary-info"))
            .joined(separator: " ")
        cause = FailureCause(status: status, words: words)
    }

    /// What the refusing server said counts where the reporting server's own status says only yes, no or later.
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

    /// Some servers leave the type out.
    init(_ field: String) {
        let type = field.prefix { $0 != ";" && !$0.isWhitespace }
        let rest = field[type.endIndex...].drop(while: \.isWhitespace)
        let isTyped = rest.first == ";" && !type.isEmpty
        self.type = isTyped ? type.lowercased() : nil
        text = isTyped ? rest.dropFirst() : field[...]
    }

    /// The address, if mail of ours can have gone there; `utf-8` is the type of RFC 6533.
    var mailbox: Mailbox? {
        guard type == nil || type == "rfc822" || type == "utf-8" else { return nil }
        return Mailbox(address: String(text).withoutComments)
    }

    /// The words on one line, or `nil` for none.
    var line: String? {
        let line = String(text).safeSingleLine.prefix(Self.maximumLength)
        return line.isEmpty ? nil : String(line)
    }

    /// The words without their type.
    var words: String { String(text.prefix(2000)) }

    /// The status in a refusal's words: `550 5.1.1 no`, `550-no`, `5.1.1 no`.
    var smtpStatus: EnhancedStatus? {
        guard type == nil || type == "smtp" else { return nil }
        let words = text.drop(while: \.isWhitespace)
        if let status = EnhancedStatus(leading: words) { return status }
        let code = words.prefix { $0.isASCII && $0.isWholeNumber }
        guard code.count == 3, let number = Int(code), words.dropFirst(3).first.map({ $0 == "-" || $0 == " " }) ?? true
        else { return nil }
        return EnhancedStatus(leading: words.dropFirst(4)) ?? EnhancedStatus(replyCode: number)
    }
}

extension Mailbox {
    /// Takes an address with or without angle brackets; `nil` for what mail of ours cannot have gone to.
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
