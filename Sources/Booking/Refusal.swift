/// A rule said no: which one, why in words for the phone, and what to do instead.
public struct Refusal: Error, Sendable {
    /// The rules that can say no; raw values are the codes that scripts see.
    public enum Rule: String, Sendable, CaseIterable {
        /// The trainer has another session then.
        case slotTaken = "slot_taken"
        /// The trainer does not work then.
        case outsideHours = "outside_hours"
        /// The trainer is away then.
        case away
        /// The studio is closed then.
        case studioClosed = "studio_closed"
        /// Less time ahead than the studio's notice.
        case tooSoon = "too_soon"
        /// More time ahead than the studio's horizon.
        case beyondHorizon = "beyond_horizon"
        /// Not a multiple of the studio's slot spacing.
        case notOnGrid = "not_on_grid"
        /// The trainer's sessions of that day are all given away.
        case dailyLimit = "daily_limit"
        /// Every station is in use.
        case studioFull = "studio_full"
        /// The client has another session then.
        case clientBusy = "client_busy"
        /// The person has a free session to come.
        case introAlreadyBooked = "intro_already_booked"
        /// The person has had the free session.
        case introAlreadyUsed = "intro_already_used"
        /// The person did not come too often.
        case tooManyNoShows = "too_many_no_shows"
        /// The trainer gives no sessions any more.
        case trainerRetired = "trainer_retired"
        /// The clocks skip that time.
        case wallTimeMissing = "wall_time_missing"
        /// The clocks show that time twice.
        case wallTimeAmbiguous = "wall_time_ambiguous"
        /// The session was attended, missed or cancelled, or has begun.
        case notChangeable = "not_changeable"
        /// Somebody is written down with that address, id or name already.
        case alreadyExists = "already_exists"
        /// The contact belongs to a client with another name.
        case nameDiffers = "name_differs"
    }

    /// The rule.
    public let rule: Rule
    /// What is so, in words.
    public let message: String
    /// What to do instead.
    public let hint: String
    /// Free slots near the one that was asked for.
    public let alternatives: [Slot]

    /// Says no.
    public init(_ rule: Rule, _ message: String, hint: String, alternatives: [Slot] = []) {
        self.rule = rule
        self.message = message
        self.hint = hint
        self.alternatives = alternatives
    }

    /// The same refusal with free slots to offer instead.
    public func withAlternatives(_ alternatives: [Slot]) -> Refusal {
        Refusal(rule, message, hint: hint, alternatives: alternatives)
    }

    /// Whether another time would mend it, so that free slots help.
    public var isAboutTime: Bool {
        switch rule {
        case .slotTaken, .outsideHours, .away, .studioClosed, .tooSoon, .beyondHorizon, .notOnGrid, .dailyLimit,
            .studioFull, .clientBusy, .trainerRetired:
            true
        case .introAlreadyBooked, .introAlreadyUsed, .tooManyNoShows, .wallTimeMissing, .wallTimeAmbiguous,
            .notChangeable, .alreadyExists, .nameDiffers:
            false
        }
    }
}

/// Something a person typed that Intro cannot accept, and what to type instead.
///
/// The three parts read as one sentence: *field* *problem*; *hint*. A name, an e-mail address or a phone number is never
/// repeated in it, and what is repeated (a time, a time zone) is cut short and made visible first.
public struct InvalidInput: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being typed, in the words of the one who typed it: "email", "--at", "time zone".
    public let field: String
    /// What is wrong with it, to be read after the field: "has no @".
    public let problem: String
    /// What to do next: "write it like maria@example.com".
    public let hint: String

    /// Describes an input that is refused.
    public init(field: String, problem: String, hint: String) {
        self.field = field
        self.problem = problem
        self.hint = hint
    }

    /// The three parts as one sentence.
    public var description: String { "\(field) \(problem); \(hint)" }
}
