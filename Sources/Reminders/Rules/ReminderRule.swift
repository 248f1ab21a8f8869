public import Booking
public import FoundationEssentials

/// A rule for sending messages: the time, the channel and the audience.
public struct ReminderRule: Sendable, Equatable {
    /// The event that a rule's time is relative to.
    public enum Anchor: String, Sendable, CaseIterable {
        /// The booking.
        case booked
        /// The start of the session.
        case start
        /// The end of the session.
        case end
        /// A move to another time.
        case moved
        /// A change of trainer at the same time.
        case trainerChanged = "trainer_changed"
        /// The cancellation.
        case cancelled
        /// The reinstatement of a cancelled session.
        case rebooked
        /// The client's request for a call.
        case callRequested = "call_asked"
        /// A day in the trainer's calendar.
        case day
        /// A session that is new to a trainer, after the schedule of its day was sent.
        case trainerBooked = "trainer_booked"
        /// A move of a trainer's session, after the schedule of one of the days was sent.
        case trainerMoved = "trainer_moved"
        /// A session that a trainer no longer has, after the schedule of its day was sent.
        case trainerCancelled = "trainer_cancelled"

        /// Whether it is a change for a trainer.
        public var isTrainerNotice: Bool {
            [.trainerBooked, .trainerMoved, .trainerCancelled].contains(self)
        }
    }

    /// A condition that is checked at the time of sending.
    public enum Condition: String, Sendable, CaseIterable {
        /// The client has not confirmed yet.
        case unconfirmed
        /// The client attended.
        case attended
        /// The client did not come.
        case noShow = "no_show"
        /// The client has never booked before.
        case firstBooking = "first_booking"
    }

    /// The stable name, which the ledger stores permanently.
    public let key: Handle
    /// The studio where the rule replaces the chain's rule of the same name; `nil` is the chain.
    public var studio: Handle?
    /// The event that the time is relative to.
    public var anchor: Anchor
    /// The offset from that event.
    public var offset: RuleOffset
    /// The local time on the resulting day; `nil` is the time of the event.
    public var time: LocalTime?
    /// The channel.
    public var channel: Channel
    /// The audience.
    public var audience: Audience
    /// The name of the templates.
    public var template: Handle
    /// The condition at the time of sending.
    public var condition: Condition?
    /// Whether its messages are sent.
    public var isEnabled: Bool
    /// The time from which the rule applies: messages due before are not sent; `nil` is no limit.
    public var since: Date?

    /// Creates a rule; ``validate()`` checks that its parts are consistent.
    public init(
        key: Handle, studio: Handle? = nil, anchor: Anchor, offset: RuleOffset = .none, time: LocalTime? = nil,
        channel: Channel, audience: Audience = .client, template: Handle, condition: Condition? = nil,
        isEnabled: Bool = true, since: Date? = nil
    ) {
        self.key = key
        self.studio = studio
        self.anchor = anchor
        self.offset = offset
        self.time = time
        self.channel = channel
        self.audience = audience
        self.template = template
        self.condition = condition
        self.isEnabled = isEnabled
        self.since = since
    }
}

extension ReminderRule {
    /// An error for parts of a rule that are inconsistent.
    public enum Inconsistency: Error, Hashable {
        /// The offset is longer than a year.
        case offsetTooLong
        /// The offset is after the start, when nothing is sent.
        case offsetAfterStart
        /// The offset is before the event, which cannot be known earlier.
        case offsetBeforeEvent
        /// The offset is after the day.
        case offsetAfterDay
        /// A message about a change has an offset, but is sent at once.
        case offsetFromChange
        /// A rule about days is not for mail to trainers.
        case dayWithoutTrainerMail
        /// A rule about a change for the trainer has another audience.
        case noticeWithoutTrainer
        /// A local time needs whole days before a start, or after an end.
        case timeWithoutWholeDays
        /// The condition is not known at that event, but at the others.
        case conditionUnknown(known: [Anchor])
    }

    /// Checks that the parts of the rule are consistent.
    ///
    /// - Throws: ``Inconsistency``.
    public func validate() throws(Inconsistency) {
        guard (-365...365).contains(offset.days), (-1440...1440).contains(offset.minutes) else {
            throw .offsetTooLong
        }
        switch anchor {
        case .start where offset.isAfter:
            throw .offsetAfterStart
        case .booked where offset.isBefore, .end where offset.isBefore:
            throw .offsetBeforeEvent
        case .day where offset.days > 0:
            throw .offsetAfterDay
        case .moved where offset != .none, .trainerChanged where offset != .none, .cancelled where offset != .none,
            .rebooked where offset != .none, .callRequested where offset != .none:
            throw .offsetFromChange
        case .trainerBooked where offset != .none, .trainerMoved where offset != .none,
            .trainerCancelled where offset != .none:
            throw .offsetFromChange
        case .day where audience != .trainer || channel != .email:
            throw .dayWithoutTrainerMail
        case .trainerBooked where audience != .trainer, .trainerMoved where audience != .trainer,
            .trainerCancelled where audience != .trainer:
            throw .noticeWithoutTrainer
        default: break
        }
        guard time == nil || offset.minutes == 0 && [.start, .end, .day].contains(anchor) else {
            throw .timeWithoutWholeDays
        }
        try validateCondition()
    }

    private func validateCondition() throws(Inconsistency) {
        let anchors: [Anchor] =
            switch condition {
            case .attended, .noShow: [.end]
            case .unconfirmed: [.start]
            case .firstBooking: Anchor.allCases.filter { $0 != .day }
            case nil: Anchor.allCases
            }
        guard anchors.contains(anchor) else { throw .conditionUnknown(known: anchors) }
    }
}

extension ReminderRule {
    /// The due time as text: `3d before the start`, `when booked`, `1d after the end, at 09:00`.
    public var when: String {
        let span = String(offset.description.drop { "+-".contains($0) })
        let hour = time.map { ", at \($0)" } ?? ""
        return switch anchor {
        case .booked: offset == .none ? "when booked" : "\(span) after booking"
        case .start where offset == .none: time == nil ? "at the start" : "on the day of the start\(hour)"
        case .start: "\(span) before the start\(hour)"
        case .end where offset == .none: time == nil ? "at the end" : "on the day of the end\(hour)"
        case .end: "\(span) after the end\(hour)"
        case .moved: "when moved"
        case .trainerChanged: "when the trainer changes"
        case .cancelled: "when cancelled"
        case .rebooked: "when reinstated"
        case .callRequested: "when a call is asked for"
        case .day: offset == .none ? "on each day\(hour)" : "\(span) before each day\(hour)"
        case .trainerBooked: "when booked after the daily schedule"
        case .trainerMoved: "when moved after the daily schedule"
        case .trainerCancelled: "when cancelled after the daily schedule"
        }
    }
}

/// An offset from an event: calendar days of the studio, then minutes; negative values are before the event.
public struct RuleOffset: Hashable, Sendable, CustomStringConvertible {
    /// Calendar days, which keep the local time across daylight saving changes.
    public let days: Int
    /// Minutes after the days.
    public let minutes: Int

    /// No offset.
    public static let none = RuleOffset(days: 0, minutes: 0)

    /// Creates an offset from its stored parts.
    public init(days: Int, minutes: Int) {
        self.days = days
        self.minutes = minutes
    }

    /// Parses an offset: `-3d`, `-2h`, `+1d`, `1d12h` or `0`.
    ///
    /// - Parameters:
    ///   - text: A duration with an optional sign.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if it is not a duration, or longer than a year.
    public init(_ text: String, field: String = "offset") throws(InvalidInput) {
        var typed = Substring(text.utf8.trimmingSpaces)
        let isBefore = typed.first == "-"
        if isBefore || typed.first == "+" { typed = typed.dropFirst() }
        let total = try DurationInput.minutes(String(typed), field: field, in: 0...365 * 1440)
        let sign = isBefore ? -1 : 1
        self.init(days: sign * (total / 1440), minutes: sign * (total % 1440))
    }

    /// Whether the offset is negative.
    public var isBefore: Bool { days < 0 || minutes < 0 }

    /// Whether the offset is positive.
    public var isAfter: Bool { days > 0 || minutes > 0 }

    /// The offset in the format of the parser: `-3d`, `+1d12h`, `0`.
    public var description: String {
        guard self != .none else { return "0" }
        return (isBefore ? "-" : "+") + DurationInput.text(minutes: abs(days) * 1440 + abs(minutes))
    }
}

/// The audience of a message.
public enum Audience: String, Sendable, Hashable, CaseIterable {
    /// The client of the session.
    case client
    /// The trainer of the session.
    case trainer
    /// The front desk.
    case studio
}

/// A channel for messages.
public enum Channel: String, Sendable, Hashable, CaseIterable {
    /// E-mail.
    case email
    /// Text messages.
    case sms

    /// The name of the channel for use in a sentence.
    public var words: String { self == .email ? "mail" : "texts" }
}
