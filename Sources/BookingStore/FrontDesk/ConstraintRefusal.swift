import Booking
import Postgres

/// The mapping of the schema's constraints to refusals.
package enum ConstraintRefusal {
    /// Returns the refusal for a violated constraint, or `nil` if the error is not a violation of a rule.
    static func refusal(for error: PostgresError) -> Refusal? {
        switch error.constraint {
        case "session_trainer_free":
            Refusal(.slotTaken, "the trainer has another session then", hint: "choose one of the free slots")
        case "session_station_free":
            Refusal(
                .studioFull, "the studio has no station left then", hint: "choose one of the free slots")
        case "session_client_free":
            Refusal(.clientBusy, "the client has another session then", hint: "choose another time")
        case "one_free_session_per_person":
            Refusal(
                .introAlreadyBooked, "the free session of this person is taken already",
                hint: "see `intro client show`, or grant another with --override REASON")
        case "session_stays_final":
            Refusal(
                .notChangeable, "the session has been attended, missed or cancelled",
                hint: "see `intro show`")
        case "reminder_rule_key":
            Refusal(.alreadyExists, "there is a rule of that name", hint: "see `intro rules list`")
        case "studio_slug_key":
            Refusal(.alreadyExists, "there is a studio with that id", hint: "see `intro studio list`")
        case "trainer_handle_key":
            Refusal(.alreadyExists, "there is a trainer with that handle", hint: "see `intro trainer list`")
        case "client_email_key":
            Refusal(.alreadyExists, "there is a client with that e-mail", hint: "see `intro client show` with it")
        default:
            nil
        }
    }

    /// Runs work, and converts the violation of a constraint to a refusal.
    package static func translating<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let error as PostgresError {
            throw refusal(for: error) ?? error
        }
    }
}

/// An error for an entity that does not exist.
public struct NotFound: Error, Sendable {
    /// The missing entity, such as `trainer maria`.
    public let what: String
    /// An instruction for finding the entity.
    public let hint: String

    /// Creates an error for a missing entity.
    public init(_ what: String, hint: String) {
        self.what = what
        self.hint = hint
    }
}
