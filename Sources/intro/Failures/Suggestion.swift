import Booking
import BookingStore
import Postgres
import Reminders

extension Intro {
    /// Adds to the error for an unknown trainer, studio, rule, client or session the most similar names that exist.
    ///
    /// - Parameter error: The error of a command.
    /// - Returns: A `Failure` with the suggestion; the same error if none is similar, or for other errors.
    func withSuggestion(_ error: any Error) async -> any Error {
        if let unrecognized = error as? ClientIdentifier.UnrecognizedText,
            let names = try? await clients(named: unrecognized.text)
        {
            var failure = Failure(unrecognized)
            failure.hint = "did you mean \(names)? " + failure.hint
            return failure
        }
        guard let missing = error as? NotFound, let suggestion = try? await suggestion(for: missing.subject) else {
            return error
        }
        var failure = Failure(missing)
        failure.hint = "did you mean \(suggestion)? " + failure.hint
        return failure
    }

    private func suggestion(for subject: NotFound.Subject) async throws -> String? {
        switch subject {
        case .namedClient(let name): return try await clients(named: name)
        case .session(let reference): return try await self.reference(near: reference.description).map { "`\($0)`" }
        case .sessionOrClient(let text):
            if let similar = try await reference(near: text) { return "`\(similar)`" }
            return try await clients(named: text)
        case .eventSubject(let text): return try await eventSubject(near: text)
        default: break
        }
        guard let (name, names) = try await knownNames(subject) else { return nil }
        if let suggestion = nearest(to: name, among: names), suggestion != name { return "`\(suggestion)`" }
        switch subject {
        case .trainer: return try await trainers(named: name).map { "`\($0.handle)`" }
        case .studio: return try await studio(named: name).map { "`\($0.handle)`" }
        default: return nil
        }
    }

    /// Returns the session, trainer, studio or clients that may be meant.
    private func eventSubject(near text: String) async throws -> String? {
        if let similar = try await reference(near: text) { return "`\(similar)`" }
        if let handle = try? Handle(text) {
            for subject in [NotFound.Subject.trainer(handle), .studio(handle)] {
                if let similar = try await suggestion(for: subject) { return similar }
            }
        } else if let trainer = try await trainers(named: text) {
            return "`\(trainer.handle)`"
        } else if let studio = try await studio(named: text) {
            return "`\(studio.handle)`"
        }
        return try await clients(named: text)
    }

    /// Returns the only trainer with a name that has a word or a typing error in common; `nil` for none or several.
    private func trainers(named name: String) async throws -> Trainer? {
        let trainers = try await database().withConnection { try await TrainerRepository($0).all() }
        let similar = trainers.filter { NameComparison.isSameName($0.name, name) }
        return similar.count == 1 ? similar[0] : nil
    }

    /// Returns the only studio with a name that has a word or a typing error in common; `nil` for none or several.
    private func studio(named name: String) async throws -> Studio? {
        let studios = try await database().withConnection { try await StudioRepository($0).all() }
        let similar = studios.filter { studio in
            // In a short word, two errors make any other word.
            let words = studio.name.lowercased().split(separator: " ").map(String.init).filter { $0.count > 4 }
            return NameComparison.isSameName(studio.name, name) || nearest(to: name.lowercased(), among: words) != nil
        }
        return similar.count == 1 ? similar[0] : nil
    }

    /// Finds the only session whose reference differs from a text by one typing error.
    ///
    /// - Parameter text: The text that was typed.
    /// - Returns: The reference; `nil` for none or several.
    /// - Throws: `PostgresError`, or a `Failure` if the database cannot be used.
    func reference(near text: String) async throws -> Reference? {
        let neighbors = Reference.neighbors(of: text)
        guard !neighbors.isEmpty else { return nil }
        let found = try await database().withConnection { connection in
            try await SessionRepository(connection).existing(neighbors, limit: 2)
        }
        return found.count == 1 ? found[0] : nil
    }

    /// Returns the names and numbers of up to three clients whose names differ by typing errors; `nil` without any.
    private func clients(named name: String) async throws -> String? {
        let database = try await database()
        let search = ClientSearch(name, region: try await region(in: database), typingErrors: .inShortWords)
        let clients = try await database.withConnection { connection in
            try await ClientRepository(connection).resembling(search, limit: 3)
        }
        let names = clients.map(\.nameAndNumber)
        guard let last = names.last else { return nil }
        return names.count == 1 ? last : "\(names.dropLast().joined(separator: ", ")) or \(last)"
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
