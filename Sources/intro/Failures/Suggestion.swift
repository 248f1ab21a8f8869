import Booking
import BookingStore
import Postgres
import Reminders

extension Intro {
    /// Adds to the error for an unknown trainer, studio or rule the most similar name that exists.
    ///
    /// - Parameter error: The error of a command.
    /// - Returns: A `Failure` with the suggestion; the same error if none is similar, or for other errors.
    func withSuggestion(_ error: any Error) async -> any Error {
        guard let missing = error as? NotFound, let (name, names) = try? await knownNames(missing.subject),
            let suggestion = nearest(to: name, among: names), suggestion != name
        else {
            return error
        }
        var failure = Failure(missing)
        failure.hint = "did you mean `\(suggestion)`? " + failure.hint
        return failure
    }

    /// Returns the unknown name, and the names that exist; `nil` for a subject without a name.
    private func knownNames(_ subject: NotFound.Subject) async throws -> (name: String, names: [String])? {
        switch subject {
        case .trainer(let handle):
            let trainers = try await database().withConnection { try await TrainerRepository($0).all() }
            return (handle.text, trainers.map(\.handle.text))
        case .studio(let handle):
            let studios = try await database().withConnection { try await StudioRepository($0).all() }
            return (handle.text, studios.map(\.handle.text))
        case .rule(let key):
            let rules = try await database().withConnection { try await RuleRepository($0).all().rules }
            return (key.text, Array(Set(rules.map(\.key.text))))
        default:
            return nil
        }
    }
}
