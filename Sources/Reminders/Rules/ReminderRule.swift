public import Booking
public import FoundationEssentials

/// What is sent, when, how and to whom.
public struct ReminderRule: Sendable, Equatable {
    /// What a rule's time is counted from.
    public enum Anchor: String, Sendable, CaseIterable {
        /// The booking.
        case booked
        /// The session's first instant.
        case start
        /// The first instant after it.
        case end
        /// A move to another time.
        case moved
        /// A change of trainer at the same time.
        case trainerChanged = "trainer_changed"
        /// The cancellation.
        case cancelled
        /// The client's wish to be called.
        case callRequested = "call_asked"
        /// A day of the trainer's calendar.
        case day
    }

    /// What must be so at the moment of sending.
    public enum Condition: String, Sendable, CaseIterable {
        /// The client has not said yet that they will come.
        case unconfirmed
        /// The client came.
        case attended
        /// The client did not come.
        case noShow = "no_show"
        /// The client has never booked before.
        case firstBooking = "first_booking"
    }

    /// The stable name, of which the ledger speaks for ever.
    public let key: Handle
    /// The one studio where it counts instead of the chain's rule of that name; `nil` is the chain.
    public var studio: Handle?
    /// What its time is counted from.
    public var anchor: Anchor
    /// How long after that it is due.
    public var offset: RuleOffset
    /// The wall-clock time on the day that is meant; `nil` is the anchor's own.
    public var time: LocalTime?
    /// How it is sent.
    public var channel: Channel
    /// Whom it is for.
    public var audience: Audience
    /// The name of its texts.
    public var template: Handle
    /// What must be so at the moment of sending.
    public var condition: Condition?
    /// Whether it is sent at all.
    public var isEnabled: Bool
    /// What had been due before is not made up for; `nil` is since ever.
    public var since: Date?

    /// Makes a rule; ``validate()`` checks that its parts go together.
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
    /// Refuses what no message could follow.
    ///
    /// - Throws: `InvalidInput` that names the part which does not go with the others.
    public func validate() throws(InvalidInput) {
        guard (-365...365).contains(offset.days), (-1440...1440).contains(offset.minutes) else {
            throw invalid("--offset", "is longer than a year", "write it like -2h or -1d")
        }
        switch anchor {
        case .start where offset.isAfter:
            throw invalid("--offset", "is after the start, when nothing is sent any more", "write it like -2h or -1d")
        case .booked where offset.isBefore, .end where offset.isBefore:
            throw invalid("--offset", "lies before what it is counted from", "write it like 0, +2h or +1d")
        case .day where offset.days > 0:
            throw invalid("--offset", "lies after the day", "write it like -1d")
        case .moved where offset != .none, .trainerChanged where offset != .none, .cancelled where offset != .none,
            .callRequested where offset != .none:
            throw invalid("--offset", "cannot be: a change is told at once", "leave it out")
        case .day where audience != .trainer || channel != .email:
            throw invalid("--anchor", "day is for mail to trainers", "add --audience trainer --channel email")
        default: break
        }
        guard time == nil || offset.minutes == 0 && [.start, .end, .day].contains(anchor) else {
            throw invalid("--at", "goes with whole days before a start, or after an end", "write it with --offset -1d")
        }
        try validateCondition()
    }

    private func validateCondition() throws(InvalidInput) {
        let anchors: [Anchor] =
            switch condition {
            case .attended, .noShow: [.end]
            case .unconfirmed: [.start]
            case .firstBooking: Anchor.allCases.filter { $0 != .day }
            case nil: Anchor.allCases
            }
        guard anchors.contains(anchor) else {
            let fitting = anchors.map(\.rawValue).joined(separator: ", ")
            throw invalid("--condition", "cannot be known then", "give it with --anchor \(fitting)")
        }
    }

    private func invalid(_ field: String, _ problem: String, _ hint: String) -> InvalidInput {
        InvalidInput(field: field, problem: problem, hint: hint)
    }
}

extension ReminderRule {
    /// When it is due, for people: `3d before the start`, `at once when booked`, `1d after the end, at 09:00`.
    public var when: String {
        let span = String(offset.description.drop { "+-".contains($0) })
        let hour = time.map { ", at \($0)" } ?? ""
        return switch anchor {
        case .booked: offset == .none ? "when booked" : "\(span) after booking"
        case .start: offset == .none && time == nil ? "at the start" : "\(span) before the start\(hour)"
        case .end: offset == .none && time == nil ? "at the end" : "\(span) after the end\(hour)"
        case .moved: "when moved"
        case .trainerChanged: "when the trainer changes"
        case .cancelled: "when cancelled"
        case .callRequested: "when a call is asked for"
        case .day: "\(span) before each day\(hour)"
        }
    }
}

/// How long after something a message is due: days of the studio's calendar, then minutes; below zero, before it.
public struct RuleOffset: Hashable, Sendable, CustomStringConvertible {
    /// Days of the calendar, which keep the wall-clock time also where the clocks change.
    public let days: Int
    /// Minutes after that.
    public let minutes: Int

    /// At once.
    public static let none = RuleOffset(days: 0, minutes: 0)

    /// Puts a lag together from its stored parts.
    public init(days: Int, minutes: Int) {
        self.days = days
        self.minutes = minutes
    }

    /// Reads a lag as people type it: `-3d`, `-2h`, `+1d`, `1d12h` or `0`.
    ///
    /// - Parameters:
    ///   - text: A length of time, after a sign.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is none, or longer than a year.
    public init(_ text: String, field: String = "offset") throws(InvalidInput) {
        var typed = Substring(text.utf8.trimmingSpaces)
        let isBefore = typed.first == "-"
        if isBefore || typed.first == "+" { typed = typed.dropFirst() }
        let total = try DurationInput.minutes(String(typed), field: field, in: 0...365 * 1440)
        let sign = isBefore ? -1 : 1
        self.init(days: sign * (total / 1440), minutes: sign * (total % 1440))
    }

    /// Whether it is before.
    public var isBefore: Bool { days < 0 || minutes < 0 }

    /// Whether it is after.
    public var isAfter: Bool { days > 0 || minutes > 0 }

    /// The lag as it is typed: `-3d`, `+1d12h`, `0`.
    public var description: String {
        guard self != .none else { return "0" }
        return (isBefore ? "-" : "+") + DurationInput.text(minutes: abs(days) * 1440 + abs(minutes))
    }
}

/// Whom a message is for.
public enum Audience: String, Sendable, Hashable, CaseIterable {
    /// The person whose session it is.
    case client
    /// Who gives the session.
    case trainer
    /// The front desk.
    case studio
}

/// A way in which people are written to.
public enum Channel: String, Sendable, Hashable, CaseIterable {
    /// Mail.
    case email
    /// Texts.
    case sms

    /// The channel in a sentence.
    public var words: String { self == .email ? "mail" : "texts" }
}
