import BookingStore

extension MessageReason {
    /// The reason in words, in a form that follows a colon; JSON has the codes.
    var text: String {
        switch self {
        case .lateBooking: "booked after due time"
        case .ruleIsNewer: "due before its rule took effect"
        case .ruleDisabled: "rule is disabled"
        case .conditionNotMet: "condition of the rule not met"
        case .notFirstBooking: "not the first booking"
        case .cancelled: "session cancelled"
        case .rescheduled: "session rescheduled"
        case .confirmed: "already confirmed"
        case .sessionClosed: "already marked"
        case .sessionStarted: "session has started"
        case .tooLate: "too late"
        case .superseded: "superseded"
        case .nothingToReport: "nothing to report"
        case .noEmail: "no e-mail address"
        case .noPhone: "no phone number"
        case .optedOut: "recipient has opted out"
        case .hardBounce: "mail to the address bounced"
        case .complaint: "recipient complained"
        case .suppressed: "address is blocked"
        case .quietHours: "quiet hours"
        case .trainerAway: "trainer away"
        case .studioClosed: "studio closed"
        case .trainerRetired: "trainer deactivated"
        case .optOutReview: "possible opt-out"
        case .reconciling: "journals not compared yet"
        case .held: "held after a restore"
        case .awaitingChanges: "further changes possible"
        case .channelPaused: "channel paused"
        case .templateError, .renderingFailed: "template error"
        case .invalidData: "invalid session data"
        case .notSent: "server unavailable"
        case .rejectedForNow: "temporarily rejected"
        case .rejectedPermanently: "permanently rejected"
        case .noAnswer: "no reply from the server"
        case .bounced: "bounced"
        case .undelivered: "not delivered"
        case .senderCrashed: "sender crashed"
        case .restored: "possibly sent before a restore"
        case .resent: "resent"
        case .settled: "outcome recorded by hand"
        case .corrected: "mark or cancellation corrected"
        }
    }
}

/// What will happen to a queued message at its next attempt, with an explanation.
enum QueuedMessageOutlook {
    /// It waits for an event that has a time.
    case waits(String)
    /// It waits until a person acts: the stored time of its wait is only the one after which it is too late.
    case waitsForPerson(String)
    /// It will be skipped.
    case isSkipped(String)

    /// The explanation.
    var text: String {
        switch self {
        case .waits(let text), .waitsForPerson(let text), .isSkipped(let text): text
        }
    }
}
