import Booking
import Postgres

/// The mapping of the schema's constraints to refusals.
package enum ConstraintRefusal {
    /// Returns the refusal for a violated constraint, or `nil` if the error is not a violation of a rule.
    static func refusal(for error: PostgresError) -> Refusal? {
        switch error.constraint {
        case "session_trainer_free", "hold_trainer_free":
            Refusal(.slotTaken, "the trainer has another session then", hint: "choose one of the free slots")
        case "session_station_free", "hold_station_free":
            Refusal(
                .studioFull, "the studio has no station left then", hint: "choose one of the free slots")
        case "session_client_free":
            Refusal(.clientBusy, "the client has another session then", hint: "choose another time")
        case "one_free_session_per_person":
            Refusal(
                .introAlreadyBooked, "the free session of this person is taken already",
                remedy: .findPriorSession)
        case "session_stays_final":
            Refusal(
                .notChangeable, "the session has been attended, missed or cancelled", remedy: .checkSession)
        case "client_is_not_forgotten":
            Refusal(.clientForgotten, "the client's data was erased on request", remedy: .findClient)
        case "forgotten_free_session":
            ForgottenContacts.refusal
        case "client_has_no_session_to_come":
            Refusal(.sessionToCome, "the client has a session to come", hint: "cancel it first")
        case "reminder_rule_key":
            Refusal(.alreadyExists, "there is a rule of that name", remedy: .listRules)
        case "studio_slug_key":
            Refusal(.alreadyExists, "there is a studio with that id", remedy: .listStudios)
        case "trainer_handle_key":
            Refusal(.alreadyExists, "there is a trainer with that handle", remedy: .listTrainers)
        case "client_email_key":
            Refusal(.alreadyExists, "there is a client with that e-mail", remedy: .findClientByEmail)
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
