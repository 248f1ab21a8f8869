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
    /// - Throws: `NotFound`, `InvalidInput`, a `Failure` for an unknown name, or `PostgresError`.
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
            let names = HandleNames(
                kind: "trainer",
                entries: trainers.map { .init(handle: $0.handle, name: $0.name, isActive: $0.retiredAt == nil) })
            return try names.handle(named: text, orElse: error)
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

    /// Returns the handle that is typed for a studio, or that of the only studio with the typed name.
    ///
    /// - Parameters:
    ///   - text: The handle or the full name, as it was typed.
    ///   - field: The argument, for the message.
    ///   - database: The database to query for a text that is no handle.
    /// - Returns: The handle; whether a studio has it is not checked.
    /// - Throws: `InvalidInput`, or a `Failure` whose hint names the studios with a similar name, or `PostgresError`.
    func studioHandle(_ text: String, field: String, in database: Database) async throws -> Handle {
        do {
            return try Handle(text, field: field)
        } catch {
            let studios = try await database.withConnection { try await StudioRepository($0).all() }
            let names = HandleNames(
                kind: "studio", entries: studios.map { .init(handle: $0.handle, name: $0.name, isActive: true) })
            return try names.handle(named: text, orElse: error)
        }
    }

    /// Returns the handle that is typed for an optional `--studio`.
    ///
    /// - Parameters:
    ///   - text: The handle or the full name, as it was typed.
    ///   - database: The database to query for a text that is no handle.
    /// - Returns: The handle; `nil` without the option.
    /// - Throws: `InvalidInput`, or a `Failure` whose hint names the studios with a similar name, or `PostgresError`.
    func studioHandle(_ text: String?, in database: Database) async throws -> Handle? {
        guard let text else { return nil }
        return try await studioHandle(text, field: "--studio", in: database)
    }
}

/// Parses the key of a reminder rule; spaces between words are read as dashes.
///
/// - Parameters:
///   - text: The text that was typed.
///   - field: The option, for the message.
/// - Returns: The key; whether a rule has it is not checked.
/// - Throws: `InvalidInput`.
func parseRuleKey(_ text: String, field: String = "the rule") throws(InvalidInput) -> Handle {
    do {
        return try Handle(text, field: field)
    } catch {
        guard let key = try? Handle(text.split(separator: " ").joined(separator: "-")) else { throw error }
        return key
    }
}

/// The handles and names of all trainers or of all studios.
private struct HandleNames {
    struct Entry {
        let handle: Handle
        let name: String
        let isActive: Bool
    }

    /// The kind, `trainer` or `studio`; also the name of its commands.
    let kind: String
    let entries: [Entry]

    /// Returns the handle of the only entry with a name; of several, that of the only active one.
    ///
    /// - Parameters:
    ///   - text: The name, as it was typed.
    ///   - invalid: The error for a text that is no name.
    /// - Returns: The handle.
    /// - Throws: `InvalidInput`, or a `Failure` whose hint names the entries with a similar name.
    func handle(named text: String, orElse invalid: InvalidInput) throws -> Handle {
        let equal = entries.filter { NameComparison.similarity($0.name, text) == .equal }
        let active = equal.filter(\.isActive)
        for named in [equal, active] where named.count == 1 { return named[0].handle }
        var similar = entries.filter { NameComparison.isSameName($0.name, text) }.prefix(3).map(\.handle.text)
        // A name has several words, or letters that no handle has.
        let isName = (try? PersonName(text)) != nil && text.contains { $0 == " " || $0.isLetter && !$0.isASCII }
        guard isName || !similar.isEmpty else { throw invalid }
        let word = text.lowercased().filter { $0 != " " }
        if similar.isEmpty, let handle = nearest(to: word, among: entries.map(\.handle.text)) { similar = [handle] }
        let handles = similar.map { "`\($0)`" }.joined(separator: " or ")
        let hint = (similar.isEmpty ? "" : "did you mean \(handles)? ") + "see `intro \(kind) list`"
        guard equal.count < 2 else {
            throw Failure.invalidInput("\(equal.count) \(kind)s are named \(quoted(text))", hint: hint)
        }
        throw Failure(
            code: "not_found", message: "no \(kind) is named \(quoted(text))", hint: hint, exit: .notFound)
    }
}
