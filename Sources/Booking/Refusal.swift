/// The refusal of a request by a rule, with the reason and a remedy.
public struct Refusal: Error, Sendable {
    /// The rules that can refuse a request; raw values are the codes in JSON output.
    public enum Rule: String, Sendable, CaseIterable {
        /// The trainer has another session at that time.
        case slotTaken = "slot_taken"
        /// The trainer does not work at that time.
        case outsideHours = "outside_hours"
        /// The trainer is away at that time.
        case away
        /// The studio is closed at that time.
        case studioClosed = "studio_closed"
        /// The start is closer than the studio's notice.
        case tooSoon = "too_soon"
        /// The start is further ahead than the studio's horizon.
        case beyondHorizon = "beyond_horizon"
        /// The start is not a multiple of the studio's slot spacing.
        case notOnGrid = "not_on_grid"
        /// The trainer has reached the daily limit of sessions.
        case dailyLimit = "daily_limit"
        /// All stations are occupied.
        case studioFull = "studio_full"
        /// The client has another session at that time.
        case clientBusy = "client_busy"
        /// The person has booked a free session already.
        case introAlreadyBooked = "intro_already_booked"
        /// The person has attended a free session already.
        case introAlreadyUsed = "intro_already_used"
        /// The person has too many no-shows.
        case tooManyNoShows = "too_many_no_shows"
        /// The trainer no longer takes sessions.
        case trainerRetired = "trainer_retired"
        /// The local time is skipped by a clock change.
        case wallTimeMissing = "wall_time_missing"
        /// The local time occurs twice because of a clock change.
        case wallTimeAmbiguous = "wall_time_ambiguous"
        /// The session is attended, a no-show or cancelled, or has begun.
        case notChangeable = "not_changeable"
        /// The session has not begun yet.
        case notStarted = "not_started"
        /// An entry with that address, id or name exists already.
        case alreadyExists = "already_exists"
        /// The contact belongs to a client with a different name.
        case nameDiffers = "name_differs"
        /// The hold has expired, was released or was used.
        case holdExpired = "hold_expired"
        /// The client has a session to come, and is therefore not erased.
        case sessionToCome = "session_to_come"
        /// The client's personal data was erased.
        case clientForgotten = "client_forgotten"
    }

    /// The rule that refused the request.
    public let rule: Rule
    /// The reason, as a sentence.
    public let reason: TimedText
    /// The alternative for the caller.
    public let remedy: Remedy
    /// Free slots near the requested one.
    public let alternatives: [Slot]

    /// Creates a refusal.
    public init(_ rule: Rule, _ reason: TimedText, remedy: Remedy, alternatives: [Slot] = []) {
        self.rule = rule
        self.reason = reason
        self.remedy = remedy
        self.alternatives = alternatives
    }

    /// Creates a refusal with an instruction that does not depend on the user interface.
    public init(_ rule: Rule, _ reason: TimedText, hint: TimedText) {
        self.init(rule, reason, remedy: .instruction(hint))
    }

    /// Returns the same refusal with free slots as alternatives.
    public func withAlternatives(_ alternatives: [Slot]) -> Refusal {
        Refusal(rule, reason, remedy: remedy, alternatives: alternatives)
    }

    /// Returns the same refusal with another remedy.
    public func withRemedy(_ remedy: Remedy) -> Refusal {
        Refusal(rule, reason, remedy: remedy, alternatives: alternatives)
    }

    /// The reason with times in the form for programs.
    public var message: String { reason.text(in: .iso) }

    /// Whether another time could satisfy the rule, so that free slots are useful alternatives.
    public var isAboutTime: Bool {
        switch rule {
        case .slotTaken, .outsideHours, .away, .studioClosed, .tooSoon, .beyondHorizon, .notOnGrid, .dailyLimit,
            .studioFull, .clientBusy, .trainerRetired:
            true
        case .introAlreadyBooked, .introAlreadyUsed, .tooManyNoShows, .wallTimeMissing, .wallTimeAmbiguous,
            .notChangeable, .notStarted, .alreadyExists, .nameDiffers, .holdExpired, .sessionToCome, .clientForgotten:
            false
        }
    }
}

/// An error for input that is not valid, with a hint for valid input.
///
/// The three parts form one sentence: *field* *problem*; *hint*. Names, e-mail addresses and phone numbers are never
/// quoted. Other input that is quoted (a time, a time zone) is truncated, and its invisible characters are escaped.
public struct InvalidInput: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the field, as the user knows it: "email", "time zone".
    public let field: String
    /// The problem, to be read after the field: "has no @".
    public let problem: String
    /// An instruction for valid input: "write it like maria@example.com".
    public let hint: String

    /// Creates an error from its parts.
    public init(field: String, problem: String, hint: String) {
        self.field = field
        self.problem = problem
        self.hint = hint
    }

    /// The three parts as one sentence.
    public var description: String { "\(field) \(problem); \(hint)" }
}
