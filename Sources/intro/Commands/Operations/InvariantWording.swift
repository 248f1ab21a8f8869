import BookingStore
import Reminders

/// The meaning of a violated invariant, and what to do about it.
struct InvariantWording {
    let meaning: String
    let remedy: String
}

extension BookingInvariant {
    /// The meaning of a violation, and what to do about it.
    var wording: InvariantWording {
        switch self {
        case .trainerOverlap: .overlap(of: "a trainer has")
        case .stationOverlap: .overlap(of: "a station has")
        case .clientOverlap: .overlap(of: "a client has")
        case .holdOverlap:
            InvariantWording(
                meaning: "a slot that is held for a caller has a session",
                remedy: "release the hold with `intro hold --release KEY`, or move the session with "
                    + "`intro reschedule REF --at TIME`")
        case .freeSessionTwice:
            InvariantWording(
                meaning: "a person has two free sessions",
                remedy: "cancel one with `intro cancel REF`, or correct a mark with `intro no-show REF --reason TEXT`; "
                    + "then create the missing constraint with `intro setup`")
        case .claimMissing:
            InvariantWording(
                meaning: "a client with a free session can book another one, because the claim is missing",
                remedy: "write the claims again by saving the client: `intro client edit WHO` with the present --email "
                    + "or --phone")
        case .claimSuperfluous:
            InvariantWording(
                meaning: "a claim of a free session is not based on a booked or attended session",
                remedy:
                    "as the owner of the schema, delete the session's claims with `DELETE FROM free_session_claim`, "
                    + "then save its client with `intro client edit WHO`")
        case .stationMissing:
            InvariantWording(
                meaning: "a session to come has a station that the studio does not have",
                remedy: "move it with `intro reschedule REF --at TIME`, or add stations with "
                    + "`intro studio edit STUDIO --stations N`")
        case .occupiedTime:
            InvariantWording(
                meaning: "the time that a session occupies does not begin with it or does not cover it",
                remedy: "write it again by moving the session: `intro reschedule REF --at TIME`")
        case .sessionEvents, .clientEvents, .otherEvents: events
        case .eventOrder:
            InvariantWording(
                meaning:
                    "an event does not follow from the one before: a row or the log was changed without the triggers",
                remedy:
                    "see the changes with `intro log REF`, and take the missing events from a back-up; the events that "
                    + "follow and the row are not affected")
        case .orphans:
            InvariantWording(
                meaning: "a row refers to a row that does not exist",
                remedy: "find the removed row with `intro log`, or in a back-up, and insert it again; then create the "
                    + "missing foreign key with `intro setup`")
        case .jobLease:
            InvariantWording(
                meaning: "a job belongs to a runner that is not recorded, and no runner has released it",
                remedy: "start a runner with `intro run`: it releases such jobs")
        }
    }

    private var events: InvariantWording {
        let object =
            switch self {
            case .sessionEvents: "a session"
            case .clientEvents: "a client"
            default: "a studio, trainer, hold, note, rule, consent or suppression, or of hours, time off or a closure"
            }
        return InvariantWording(
            meaning:
                "the event log does not explain the row of \(object): the row was changed without the triggers, or its "
                + "events were removed",
            remedy:
                "compare the row with `intro log`, and correct it; the owner of the schema records a change that is "
                + "right as an event (\"Verify\" in deploy/README.md)")
    }
}

extension InvariantWording {
    fileprivate static func overlap(of owner: String) -> InvariantWording {
        InvariantWording(
            meaning: "\(owner) two sessions at the same time",
            remedy:
                "move or cancel one of them with `intro reschedule REF --at TIME` or `intro cancel REF`; then create "
                + "the missing constraint with `intro setup`")
    }
}

extension LedgerInvariant {
    /// The meaning of a violation, and what to do about it.
    var wording: InvariantWording {
        switch self {
        case .missing:
            InvariantWording(
                meaning: "a message that a rule requires is not in the ledger",
                remedy:
                    "`intro reminders send` plans reminders and daily schedules; another message is not sent any more: "
                    + "see `intro why REF`, and tell the client")
        case .overdue:
            InvariantWording(
                meaning:
                    "a message has been due for 15 minutes without a reason, and no message of its channel is sent",
                remedy: "start a runner with `intro run`, or send now with `intro reminders send`")
        case .abandoned:
            InvariantWording(
                meaning: "a sender has ended or does not answer while it was sending a message",
                remedy: "`intro reminders send` marks such messages as unknown; then see `intro reminders unknown`")
        case .sentAfterCancellation:
            InvariantWording(
                meaning: "a message about a session was sent after its cancellation",
                remedy: "tell the client that the session is cancelled: see `intro why REF` and `intro show REF`")
        case .sentTwice:
            InvariantWording(
                meaning: "the ledger has two messages of one rule for the same revision of a session",
                remedy: "see both with `intro why REF`; the owner of the schema removes the one that was not sent, and "
                    + "creates the missing constraint with `intro setup`")
        }
    }
}
