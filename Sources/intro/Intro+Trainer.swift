import Booking
import BookingStore
import Postgres

extension Intro {
    /// Finds a trainer and their home studio, whose time zone applies to the trainer.
    ///
    /// - Parameters:
    ///   - text: The handle or the name, as it was typed.
    ///   - database: The database to query.
    /// - Returns: The trainer and the home studio.
    /// - Throws: `NotFound`, `InvalidInput` or `PostgresError`.
    func trainer(_ text: String, in database: Database) async throws -> (Trainer, home: Studio) {
        let handle = try await trainerHandle(text, field: "the handle", in: database)
        return try await database.withConnection { connection in
            let trainer = await TrainerRepository(connection).sendNamed(handle)
            let home = await StudioRepository(connection).home(of: handle)
            return (try await trainer.value(), home: try await home.value())
        }
    }

    /// Returns the handle that is typed for a trainer, or that of the only trainer with the typed name.
    ///
    /// If several have the name, the only active one is meant.
    ///
    /// - Parameters:
    ///   - text: The handle or the full name, as it was typed.
    ///   - field: The option, for the message.
    ///   - database: The database to query for a text that is no handle.
    /// - Returns: The handle; whether a trainer has it is not checked.
    /// - Throws: `InvalidInput`, or a `Failure` whose hint names the trainers with a similar name, or `PostgresError`.
    func trainerHandle(_ text: String, field: String = "--trainer", in database: Database) async throws -> Handle {
        do {
            return try Handle(text, field: field)
        } catch {
            let trainers = try await database.withConnection { try await TrainerRepository($0).all() }
            let equal = trainers.filter { NameComparison.similarity($0.name, text) == .equal }
            let active = equal.filter { $0.retiredAt == nil }
            for named in [equal, active] where named.count == 1 { return named[0].handle }
            let similar = trainers.filter { NameComparison.isSameName($0.name, text) }.prefix(3)
            // A name has several words, or letters that no handle has.
            let isName = (try? PersonName(text)) != nil && text.contains { $0 == " " || $0.isLetter && !$0.isASCII }
            guard isName || !similar.isEmpty else { throw error }
            let handles = similar.map { "`\($0.handle)`" }.joined(separator: " or ")
            let hint = (similar.isEmpty ? "" : "did you mean \(handles)? ") + "see `intro trainer list`"
            guard equal.count < 2 else {
                throw Failure.invalidInput("\(equal.count) trainers are named \(quoted(text))", hint: hint)
            }
            throw Failure(
                code: "not_found", message: "no trainer is named \(quoted(text))", hint: hint, exit: .notFound)
        }
    }

    /// Returns the handle that is typed for an optional `--trainer`.
    ///
    /// - Parameters:
    ///   - text: The handle or the full name, as it was typed.
    ///   - database: The database to query for a text that is no handle.
    /// - Returns: The handle; `nil` without the option.
    /// - Throws: `InvalidInput`, or a `Failure` whose hint names the trainers with a similar name, or `PostgresError`.
    func trainerHandle(_ text: String?, in database: Database) async throws -> Handle? {
        guard let text else { return nil }
        return try await trainerHandle(text, field: "--trainer", in: database)
    }
}
