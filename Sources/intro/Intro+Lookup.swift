import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension Intro {
    /// The studio and the trainer that a command line names.
    struct BookingTarget: Sendable {
        let studio: Studio
        let trainer: Trainer?
    }

    /// Finds the studio and the trainer that a command names.
    ///
    /// Without a studio, returns the default studio of the settings, the trainer's home studio or the only studio.
    ///
    /// - Parameters:
    ///   - studio: The value of `--studio`.
    ///   - trainer: The value of `--trainer`.
    ///   - database: The database to query.
    /// - Returns: The studio, and the trainer if one was named.
    /// - Throws: `NotFound`, `InvalidInput`, or a `Failure` when no studio was named and there are several.
    func bookingTarget(studio: String?, trainer: String?, in database: Database) async throws -> BookingTarget {
        let studio = try await studioHandle(studio, in: database) ?? defaultStudio
        let trainer = try await trainerHandle(trainer, in: database)
        return try await database.withConnection { connection in
            let named =
                if let trainer { await TrainerRepository(connection).sendNamed(trainer) } else {
                    nil as Pending<Trainer>?
                }
            let studios = StudioRepository(connection)
            let place: Pending<Studio>? =
                if let studio { await studios.sendNamed(studio) } else if let trainer {
                    await studios.home(of: trainer)
                } else { nil }
            let person = try await named?.value()
            if let place { return BookingTarget(studio: try await place.value(), trainer: person) }
            let all = try await studios.all()
            guard let only = all.first, all.count == 1 else { throw Self.ambiguousStudio(all) }
            return BookingTarget(studio: only, trainer: nil)
        }
    }

    /// Finds the studios whose slots a command lists, and the trainer that it names.
    ///
    /// - Parameters:
    ///   - studio: The value of `--studio`.
    ///   - trainer: The value of `--trainer`.
    ///   - database: The database to query.
    /// - Returns: The named or configured studio, or else all studios; the trainer if one was named.
    /// - Throws: `NotFound`, `InvalidInput`, or a `Failure` when no studio exists.
    func slotTargets(
        studio: String?, trainer: String?, in database: Database
    ) async throws -> (studios: [Studio], trainer: Trainer?) {
        let studio = try await studioHandle(studio, in: database) ?? defaultStudio
        let trainer = try await trainerHandle(trainer, in: database)
        return try await database.withConnection { connection in
            let named =
                if let trainer { await TrainerRepository(connection).sendNamed(trainer) } else {
                    nil as Pending<Trainer>?
                }
            let studios = StudioRepository(connection)
            let place = if let studio { await studios.sendNamed(studio) } else { nil as Pending<Studio>? }
            let person = try await named?.value()
            if let place { return ([try await place.value()], person) }
            let all = try await studios.all()
            guard !all.isEmpty else { throw Self.ambiguousStudio(all) }
            return (all, person)
        }
    }

    /// The studio of commands that name none; `nil` if none is configured.
    var defaultStudio: Handle? {
        get throws { try settings.studio.map { try Handle($0, field: Setting.studio.environmentName) } }
    }

    /// Finds a session by its reference, or by its client's e-mail address, phone number, client number or name.
    ///
    /// - Parameters:
    ///   - text: The text, as it was typed. A reference that exists precedes the other readings.
    ///   - requestID: The key of the change for which it is found.
    ///   - database: The database to query.
    /// - Returns: The session; of a client's sessions the one that an earlier request with the same key named, the one
    ///   to come, or else the latest.
    /// - Throws: `AmbiguousSession` when several sessions can be meant, `NotFound`, `InvalidInput` or `PostgresError`.
    func session(_ text: String, for requestID: String? = nil, in database: Database) async throws -> Session {
        let reference = Result { () throws(InvalidInput) in try Reference(text) }
        if let typed = try? reference.get(),
            let session = try await database.withConnection({ try await SessionRepository($0).find(typed) })
        {
            return session
        }
        let region = try await region(ofPhone: text, in: database)
        guard let search = try SessionSearch(text, region: region) else {
            throw NotFound(.session(try reference.get()))
        }
        let (clients, sessions, named) = try await database.withConnection { connection in
            let clients = try await Self.clients(search, region: region, in: ClientRepository(connection))
            let sessions = try await SessionRepository(connection).all(for: clients.map(\.id))
            let named =
                if let requestID { try await ChangeRequestRepository(connection).sessions(namedBy: requestID) } else {
                    [Session]()
                }
            return (clients, sessions, named.filter { session in clients.contains { $0.id == session.client.id } })
        }
        // A repeated request must not reach a session that the client booked after the first one.
        if let earlier = named.first, named.count == 1 { return earlier }
        if clients.isEmpty { throw await nothingFound(text, reference) }
        switch SessionChoice(among: sessions, now: now) {
        case .one(let session): return session
        case .several(let candidates): throw AmbiguousSession(text, candidates: candidates)
        case .none: throw NotFound(.sessionOfClient(clients))
        }
    }

    /// Returns the error for a text that finds neither a session nor a client.
    ///
    /// A text with a digit that cannot be a reference is invalid.
    private func nothingFound(_ text: String, _ reference: Result<Reference, InvalidInput>) async -> any Error {
        let missing = Self.missing(text, .sessionOrClient(text))
        guard text.contains(where: \.isNumber), case .failure(let invalid) = reference else { return missing }
        var failure = Failure(missing)
        (failure.code, failure.exit) = ("invalid_input", .invalidInput)
        if Reference.isLikely(text) { failure = Failure(describing: invalid) }
        if let similar = try? await self.reference(near: text) {
            failure.hint = "did you mean `\(similar)`? " + failure.hint
        }
        return failure
    }

    /// Returns the error for a text that finds nothing: a text with a digit that can be a reference is one.
    ///
    /// - Parameters:
    ///   - text: The text, as it was typed.
    ///   - subject: What was looked for.
    /// - Returns: The error.
    static func missing(_ text: String, _ subject: NotFound.Subject) -> NotFound {
        guard text.contains(where: \.isNumber), let reference = try? Reference(text) else { return NotFound(subject) }
        return NotFound(.session(reference))
    }

    /// Finds clients by e-mail address, phone number, client number or name.
    ///
    /// - Parameters:
    ///   - text: The text, as it was typed.
    ///   - database: The database to query.
    /// - Returns: The clients, at least one.
    /// - Throws: `NotFound`, `InvalidInput`, `ClientIdentifier.UnrecognizedText` or `PostgresError`.
    func clients(_ text: String, in database: Database) async throws -> [Client] {
        let region = try await region(ofPhone: text, in: database)
        guard let search = try SessionSearch(text, region: region) else {
            _ = try ClientIdentifier(text, region: region)
            throw NotFound(.namedClient(text))
        }
        let clients = try await database.withConnection { connection in
            try await Self.clients(search, region: region, in: ClientRepository(connection))
        }
        guard !clients.isEmpty else { throw NotFound(.namedClient(text)) }
        return clients
    }

    /// Returns the clients that a search finds; those that an identifier names must exist.
    private static func clients(
        _ search: SessionSearch, region: Region, in repository: ClientRepository
    ) async throws -> [Client] {
        switch search {
        case .client(let identifier):
            let clients = try await repository.matching(identifier)
            guard !clients.isEmpty else { throw NotFound(.client(identifier)) }
            return clients
        case .name(let name):
            let limit = 1000
            let found = try await repository.all(matching: search.clientSearch(region: region), limit: limit + 1)
            guard found.count <= limit else {
                throw InvalidInput(
                    field: "name", problem: "\(quoted(name.text)) matches more than \(limit) clients",
                    hint: "give the full name, the e-mail address or the phone number")
            }
            return SessionSearch.mostSimilar(found, to: name)
        }
    }

    /// Returns the default region of phone numbers without a country code, for commands without a studio.
    ///
    /// - Parameter database: The database to query.
    /// - Returns: The region of the default studio, or else that of all studios; the United States if they are in several
    ///   or none exists.
    /// - Throws: `NotFound`, `InvalidInput` or `PostgresError`.
    func region(in database: Database) async throws -> Region {
        try await regions(in: database)[0]
    }

    /// Returns the default region, and after it the other regions of the studios.
    private func regions(in database: Database) async throws -> [Region] {
        let studios = try await database.withConnection { try await StudioRepository($0).all() }
        let own = try defaultStudio.flatMap { handle in studios.first { $0.handle == handle }?.region }
        let all = Set(studios.map(\.region)).sorted { $0.code < $1.code }
        let first = try own ?? (all.count == 1 ? all[0] : Region("US"))
        return [first] + all.filter { $0 != first }
    }

    /// Returns the region in which a text is the phone number of a client; the default region if there is none.
    private func region(ofPhone text: String, in database: Database) async throws -> Region {
        let regions = try await regions(in: database)
        guard regions.count > 1 else { return regions[0] }
        return try await database.withConnection { connection in
            for region in regions {
                guard case .phone(let phone)? = try? ClientIdentifier(text, region: region) else { continue }
                if try await !ClientRepository(connection).matching(.phone(phone)).isEmpty { return region }
            }
            return regions[0]
        }
    }

    /// Finds out which client is meant.
    ///
    /// - Parameters:
    ///   - text: An e-mail address, a phone number, a client number, or a name that only one client has.
    ///   - isExact: Whether only an equal name is accepted, and no similar one.
    ///   - database: The database to query.
    /// - Returns: The identifier.
    /// - Throws: `ClientIdentifier.UnrecognizedText` when the text is none of these, `NotFound` when no client has the
    ///   name, `AmbiguousClient` when several clients have it, `InvalidInput` or `PostgresError`.
    func clientIdentifier(
        _ text: String, isExact: Bool = false, in database: Database
    ) async throws -> ClientIdentifier {
        let region = try await region(ofPhone: text, in: database)
        do {
            return try ClientIdentifier(text, region: region)
        } catch is ClientIdentifier.UnrecognizedText {
            let found = try await clients(text, in: database).filter {
                !isExact || NameComparison.similarity($0.name, text) == .equal
            }
            guard let first = found.first else { throw NotFound(.namedClient(text)) }
            guard found.count == 1 else { throw AmbiguousClient(text, candidates: found) }
            return .id(first.id)
        }
    }

    private static func ambiguousStudio(_ studios: [Studio]) -> any Error {
        guard !studios.isEmpty else {
            return Failure(
                code: "not_found", message: "studio not found",
                hint: "add one with `intro studio add`, or load the sample with `intro setup --sample`",
                exit: .notFound)
        }
        return Failure(
            code: "usage", message: "there are \(studios.count) studios, and none was named",
            hint: "add --studio with one of " + studios.map(\.handle.text).joined(separator: ", "), exit: .usage)
    }
}

extension ArgumentHelp {
    /// The help for an argument that ``Intro/session(_:in:)`` reads.
    static var session: ArgumentHelp {
        ArgumentHelp("The booking reference, or the client's e-mail, phone, #number or name.", valueName: "ref")
    }

    /// The help for an argument that ``Intro/clientIdentifier(_:isExact:in:)`` reads.
    static var client: ArgumentHelp { "The client: e-mail, phone, client number or name." }
}
