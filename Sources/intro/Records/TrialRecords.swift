import Booking
import Messaging

/// What a rule says, as JSON has it.
struct PreviewRecord: Encodable {
    let rule: String
    let channel: String
    @Null var to: String?
    @Null var subject: String?
    let text: String
    @Null var html: String?
    @Null var calendar: String?
    @Null var method: String?
    @Null var segments: Int?
    @Null var encoding: String?

    init(_ rule: ReminderRule, _ mail: MailMessage) {
        self.rule = rule.key.text
        channel = rule.channel.rawValue
        to = mail.to.address
        subject = mail.subject
        text = mail.text
        html = mail.html
        calendar = mail.calendar?.ics
        method = mail.calendar?.method.rawValue
        segments = nil
        encoding = nil
    }

    init(_ rule: ReminderRule, _ message: TextMessage) {
        self.rule = rule.key.text
        channel = rule.channel.rawValue
        to = message.to
        subject = nil
        text = message.body
        html = nil
        calendar = nil
        method = nil
        segments = message.segments.count
        encoding = message.segments.encoding.rawValue
    }
}

/// How a trial ended, as JSON has it.
struct TestRecord: Encodable {
    let rule: String
    let channel: String
    let to: String
    let outcome: String
    let reply: String

    init(rule: ReminderRule, to: String, outcome: DeliveryOutcome) {
        self.rule = rule.key.text
        channel = rule.channel.rawValue
        self.to = to
        (self.outcome, reply) =
            switch outcome {
            case .accepted(let reply, _): ("sent", reply)
            case .rejectedForNow(_, let reply): ("rejected_for_now", reply)
            case .rejectedForGood(_, let reply, _): ("rejected_for_good", reply)
            case .senderRefused(let reason), .notSent(let reason, _): ("not_sent", reason)
            case .unknown(let reason): ("unknown", reason)
            }
    }

    /// What the process ends with where nothing arrived.
    func failure(_ channel: Channel) -> Failure? {
        guard outcome != "sent" else { return nil }
        let hint = channel == .email ? "correct INTRO_MAIL_URL or the address" : "correct INTRO_SMS_URL or the number"
        return Failure(
            code: outcome, message: "test message was not accepted", reason: reply.visible, hint: hint,
            exit: outcome == "rejected_for_now" ? .tryAgain : .unreachable)
    }
}
