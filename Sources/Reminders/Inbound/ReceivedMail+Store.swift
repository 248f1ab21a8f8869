import Booking
public import BookingStore
public import Messaging

extension InboundMail.Item {
    /// A mail as it is stored, with what it says reduced to what decides what follows.
    public init(_ mail: ReceivedMail) {
        self.init(
            sender: mail.from, subject: mail.subject, excerpt: mail.excerpt, content: InboundMail.Content(mail.content))
    }
}

extension InboundMail.Content {
    fileprivate init(_ content: ReceivedMail.Content) {
        switch content {
        case .report(.delivery(let report)):
            self = .failure(report.recipients.compactMap(ReportedAddress.init), messageIDs: report.messageIDs)
        case .report(.complaint(let report)):
            self = .complaint(
                report.kind == .optOut ? .optOut : .complaint, report.kind.rawValue,
                report.recipients.compactMap { try? EmailAddress($0.address) }, messageIDs: report.messageIDs)
        case .calendarReply(let reply):
            self = .calendarReply(
                MailDecision.Reply(
                    MailDecision.Answer(reply.answer), by: try? EmailAddress(reply.attendee.address),
                    // A session's first revision is 1, an event's 0.
                    to: reply.sequence + 1), uid: reply.uid)
        case .other:
            self = .other
        }
    }
}

extension ReportedAddress {
    /// What a report says of an address; `nil` where it can be none of ours.
    fileprivate init?(_ recipient: DeliveryReport.Recipient) {
        guard let address = try? EmailAddress(recipient.address.address) else { return nil }
        let claim: Claim =
            switch (recipient.action, recipient.cause) {
            case (.failed, .address): .addressInvalid
            case (.failed, .message): .messageRefused
            case (.failed, .unclear): .failed
            case (.delayed, _), (.delivered, _), (.relayed, _), (.expanded, _): .noFailure
            }
        self.init(
            address, finalAddress: recipient.finalAddress.flatMap { try? EmailAddress($0.address) }, claim: claim,
            detail: recipient.diagnostic ?? recipient.status.map { "\($0)" })
    }
}

extension MailDecision.Answer {
    fileprivate init(_ answer: CalendarReply.Answer) {
        self =
            switch answer {
            case .accepted: .accepted
            case .declined, .counter: .declined
            case .undecided: .undecided
            }
    }
}
