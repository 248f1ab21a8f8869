import Booking
import BookingStore
import FoundationEssentials
import Reminders

/// The JSON form of a message that is expected after a change of a session.
struct ExpectedMessageRecord: Encodable, Sendable, Equatable {
    let rule: String
    let channel: String
    let dueAt: Date
    let localDueAt: String
    let status: String
    @NullWhenNil var reason: String?

    init(_ message: ExpectedMessage, on clock: StudioClock) {
        rule = message.rule
        channel = message.channel
        dueAt = message.dueAt
        localDueAt = clock.text(message.dueAt)
        status = message.status
        reason = message.reason?.rawValue
    }
}

extension SessionRecord {
    /// Adds the messages that are expected: those to the client, and those to the trainer and the studio.
    mutating func add(_ expected: ExpectedMessages?, on clock: StudioClock) {
        guard let expected else { return }
        func records(_ isIncluded: (ExpectedMessage) -> Bool) -> [ExpectedMessageRecord] {
            expected.messages.filter(isIncluded).map { ExpectedMessageRecord($0, on: clock) }
        }
        messages = records { $0.audience == Audience.client.rawValue }
        staffMessages = records { $0.audience != Audience.client.rawValue }
        runnerActive = expected.hasRunner
    }
}

extension ExpectedMessages {
    /// Returns a line that says what the client will be sent, such as `Confirmation by e-mail now; reminders Sat Nov 28
    /// and Mon Nov 30.`, or why nothing will be.
    ///
    /// - Parameters:
    ///   - clock: The studio's clock.
    ///   - now: The current time.
    /// - Returns: The line.
    func line(on clock: StudioClock, at now: Date) -> TimedText {
        let toClient = messages.filter { $0.audience == Audience.client.rawValue }
        let expected = toClient.filter(\.isExpected)
        guard !expected.isEmpty else { return TimedText(Self.nothing(toClient)) }
        let notices = expected.filter { $0.anchor != ReminderRule.Anchor.start.rawValue }
        let reminders = expected.filter { $0.anchor == ReminderRule.Anchor.start.rawValue }
        var parts = notices.map { $0.notice(on: clock, at: now) }
        if !reminders.isEmpty { parts.append(Self.text(of: reminders, on: clock)) }
        let text = TimedText(joining: parts, with: "; ").capitalized
        let isWaiting = !hasRunner && expected.contains { $0.status == "queued" }
        return isWaiting
            ? "\(text). No runner is active: messages wait until `intro run` or `intro reminders send`." : "\(text)."
    }

    /// Why the client receives no notice of a move; `nil` if one is or was sent, or if the client was last told the
    /// present time and trainer, and empty without a known reason.
    var reasonsOfNoNotice: [String]? {
        let anchors = [ReminderRule.Anchor.moved, .trainerChanged].map(\.rawValue)
        let notices = messages.filter {
            $0.audience == Audience.client.rawValue && anchors.contains($0.anchor ?? "")
        }
        let isInformed = notices.contains { $0.isExpected || $0.reason == .nothingToReport }
        return isInformed ? nil : Self.reasons(notices)
    }

    /// Returns the reminders with their dates, each of which is named once.
    private static func text(of reminders: [ExpectedMessage], on clock: StudioClock) -> TimedText {
        var dates: [LocalDate] = []
        for date in reminders.map({ clock.date(of: $0.dueAt) }) where !dates.contains(date) { dates.append(date) }
        let names = dates.map { date -> TimedText in "\(date, on: clock)" }
        let first = TimedText(joining: Array(names.dropLast()), with: ", ")
        let last = names.last ?? ""
        return names.count > 1 ? "reminders \(first) and \(last)" : "reminder \(last)"
    }

    /// Returns the reasons why the client receives nothing.
    private static func nothing(_ messages: [ExpectedMessage]) -> String {
        let reasons = reasons(messages)
        return reasons.isEmpty
            ? "No message will be sent." : "No message will be sent: \(reasons.joined(separator: ", "))."
    }

    /// Returns the reasons why messages cannot be sent, each once.
    private static func reasons(_ messages: [ExpectedMessage]) -> [String] {
        var reasons: [String] = []
        for reason in messages.compactMap({ $0.reason?.whyNotSent }) where !reasons.contains(reason) {
            reasons.append(reason)
        }
        return reasons
    }
}

extension ExpectedMessage {
    /// Returns the message and its time: `confirmation by e-mail now`.
    fileprivate func notice(on clock: StudioClock, at now: Date) -> TimedText {
        let what =
            switch anchor.flatMap({ ReminderRule.Anchor(rawValue: $0) }) {
            case .booked: "confirmation"
            case .moved, .trainerChanged: "notice of the change"
            case .cancelled: "notice of the cancellation"
            case .rebooked: "notice that the session takes place"
            default: rule
            }
        let channel = channel == Channel.email.rawValue ? "by e-mail" : "by text"
        if status != "queued" { return "\(what) \(channel) \(status == "sent" ? "sent" : "now")" }
        // The database stores microseconds: a message that is due now can be due a moment later.
        return dueAt.timeIntervalSince(now) >= 60
            ? "\(what) \(channel) \(clock.date(of: dueAt), on: clock)" : "\(what) \(channel) now"
    }
}

extension MessageReason {
    /// Why the client cannot be sent a message, in a form that follows a colon; `nil` for reasons of timing.
    fileprivate var whyNotSent: String? {
        switch self {
        case .noEmail, .noPhone, .optedOut, .hardBounce, .complaint, .suppressed, .ruleDisabled, .sessionStarted,
            .nothingToReport:
            text
        default: nil
        }
    }
}
