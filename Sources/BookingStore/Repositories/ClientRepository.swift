public import Booking
public import Postgres

/// The clients in the database.
public struct ClientRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the clients with an e-mail address, phone number or client number.
    ///
    /// Several clients may share a phone number, or a mailbox that was stored in two spellings before an upgrade.
    public func matching(_ identifier: ClientIdentifier) async throws -> [Client] {
        try await sendMatching(identifier).value()
    }

    /// Looks up the clients of an identifier, together with the next statement.
    func sendMatching(_ identifier: ClientIdentifier) async -> Pending<[Client]> {
        let condition: SQL =
            switch identifier {
            case .id(let id): "id = \(id.value)"
            case .email(let email): "email_key = \(email.matchKey)"
            case .phone(let phone): "phone_key = phone_match_key(\(phone.e164))"
            }
        return await connection.send("\(Self.select) AND \(condition) ORDER BY id").map(Self.clients)
    }

    /// Returns the only client with an e-mail address, phone number or client number.
    ///
    /// - Parameter identifier: The identifier.
    /// - Returns: The client.
    /// - Throws: ``NotFound``, ``InvalidInput`` if several clients match, or ``PostgresError``.
    public func one(_ identifier: ClientIdentifier) async throws -> Client {
        guard let client = try await uniqueMatch(identifier) else {
            throw NotFound(.client(identifier))
        }
        return client
    }

    func uniqueMatch(_ identifier: ClientIdentifier) async throws -> Client? {
        let people = try await matching(identifier)
        guard people.count <= 1 else { throw InvalidInput.ambiguous(people, by: identifier.contact) }
        return people.first
    }

    /// Returns the clients that match a search, or all clients, newest first.
    ///
    /// If no client has the words as they were typed, a name may have one typing error.
    ///
    /// - Parameters:
    ///   - search: The search; `nil` matches all clients.
    ///   - limit: The maximum number of clients.
    /// - Returns: The clients, newest first.
    /// - Throws: ``PostgresError``.
    public func all(matching search: ClientSearch? = nil, limit: Int = 200) async throws -> [Client] {
        let found = try await newest(search.map(ClientSearchCondition.sql) ?? "true", limit: limit)
        guard found.isEmpty, let search, !search.nameWords.isEmpty else { return found }
        let similar = try await similar(ClientSearchCondition.withTypo(search))
        return Array(similar.filter(search.matchesWithTypo).prefix(limit))
    }

    /// Returns the clients that may be meant by a name that no client has: each word may have one typing error.
    ///
    /// - Parameters:
    ///   - search: The search; clients are found by name only.
    ///   - limit: The maximum number of clients.
    /// - Returns: The clients, newest first.
    /// - Throws: ``PostgresError``.
    public func resembling(_ search: ClientSearch, limit: Int) async throws -> [Client] {
        guard !search.nameWords.isEmpty else { return [] }
        let condition =
            search.hasOnlyShortWords ? ClientSearchCondition.withTypo(search) : ClientSearchCondition.similar(search)
        return Array(try await similar(condition).filter(search.resembles).prefix(limit))
    }

    /// Returns the clients that may have the words of a search with typing errors, and others.
    private func similar(_ condition: SQL) async throws -> [Client] {
        // A word of up to four letters matches only names that differ by one letter. Of a longer word, two letters at
        // the beginning or the end of a name match several percent of all clients: the bound keeps memory small.
        try await newest(condition, limit: 50_000)
    }

    private func newest(_ condition: SQL, limit: Int) async throws -> [Client] {
        try await read("\(Self.select) AND \(condition) ORDER BY id DESC LIMIT \(Int64(limit))")
    }

    /// Returns the clients that were found to share a mailbox by an upgrade of the schema, grouped by mailbox.
    ///
    /// - Returns: Groups of clients; in each group and among the groups, older clients come first.
    /// - Throws: ``PostgresError``.
    public func sharingMailboxes() async throws -> [[Client]] {
        let clients = try await read(
            """
            \(Self.select)
              AND email_key IN (SELECT email_key FROM client WHERE shares_mailbox)
            ORDER BY id
            """)
        return Dictionary(grouping: clients) { $0.email?.matchKey }.values.sorted { $0[0].id.value < $1[0].id.value }
    }

    /// Returns the addresses that belong to a client, a trainer or a studio, except those of one mailbox.
    package func known(_ addresses: [EmailAddress], except own: EmailAddress?) async throws -> Set<EmailAddress> {
        let others = addresses.filter { $0.matchKey != own?.matchKey }
        guard !others.isEmpty else { return [] }
        let known = Set(
            try await connection.query(
                """
                SELECT email_key
                FROM client
                WHERE email_key = ANY(\(others.map(\.matchKey)))
                UNION
                SELECT lower(email)
                FROM (SELECT email FROM trainer UNION ALL SELECT email FROM studio) AS staff
                WHERE lower(email) = ANY(\(others.map { $0.address.lowercased() }))
                """
            ).decode(String.self))
        return Set(others.filter { known.contains($0.matchKey) || known.contains($0.address.lowercased()) })
    }

    /// Throws if another client has an e-mail address.
    ///
    /// - Parameters:
    ///   - email: The address.
    ///   - client: The client to whom the address is assigned; `nil` for a new client.
    ///   - before: The client's current address; if it is the same mailbox, nothing is checked.
    /// - Throws: ``Refusal`` of the rule `already_exists`, or ``PostgresError``.
    func assertNoOtherClient(
        has email: EmailAddress?, but client: Client.ID? = nil, before: EmailAddress? = nil
    ) async throws {
        guard let email, email.matchKey != before?.matchKey else { return }
        guard let owner = try await matching(.email(email)).first(where: { $0.id != client }) else { return }
        throw Refusal(
            .alreadyExists, "\(owner.nameAndNumber) has that e-mail already", remedy: .checkClient(owner.id))
    }

    /// Throws if a client of an equal name has a phone number; relatives with other names may share one.
    ///
    /// - Throws: ``Refusal`` of the rule `already_exists`, or ``PostgresError``.
    func assertNoSamePerson(has phone: PhoneNumber?, named name: String) async throws {
        guard let phone else { return }
        let owners = try await matching(.phone(phone))
        guard let owner = owners.first(where: { NameComparison.similarity($0.name, name) == .equal }) else { return }
        throw Refusal(
            .alreadyExists, "\(owner.nameAndNumber) has that phone already", remedy: .checkClient(owner.id))
    }

    /// Stores an e-mail address or phone number for a client without one, unless another client has it.
    ///
    /// - Returns: Whether the contact was stored.
    func store(_ contact: Contact, of client: Client.ID) async throws -> Bool {
        let stored: SQL =
            switch contact {
            case .email(let email):
                """
                UPDATE client
                SET email = \(email.address), email_key = \(email.matchKey)
                WHERE id = \(client.value) AND email IS NULL
                  AND NOT EXISTS (SELECT FROM client AS other WHERE other.email_key = \(email.matchKey))
                RETURNING id
                """
            case .phone(let phone):
                """
                UPDATE client
                SET phone = \(phone.e164)
                WHERE id = \(client.value) AND phone IS NULL
                  AND NOT EXISTS (SELECT FROM client AS other WHERE other.phone_key = phone_match_key(\(phone.e164)))
                RETURNING id
                """
            }
        return try await connection.query(stored).count > 0
    }

    func insert(_ client: ClientDetails) async throws -> Client {
        do {
            return try await sendInsert(client).value()
        } catch let error as PostgresError {
            throw InvalidInput.unknownTimeZone(client.timeZone, error) ?? error
        }
    }

    /// Inserts a client, together with the next statement.
    func sendInsert(_ client: ClientDetails) async -> Pending<Client> {
        await connection.send(
            """
            INSERT INTO client (name, email, email_key, phone, time_zone, source, language, guardian)
            VALUES (
                \(client.name), \(client.email?.address), \(client.email?.matchKey), \(client.phone?.e164),
                \(client.timeZone), \(client.source), \(client.language?.rawValue), \(client.guardian))
            RETURNING id
            """
        ).map { rows in
            Client(
                id: Client.ID(try rows.decode(Int64.self)[0]), name: client.name, email: client.email,
                phone: client.phone, timeZone: client.timeZone, source: client.source, language: client.language,
                guardian: client.guardian)
        }
    }

    func update(_ id: Client.ID, to client: ClientDetails) async throws {
        do {
            _ = try await connection.query(
                """
                UPDATE client
                SET name = \(client.name),
                    email = \(client.email?.address),
                    email_key = \(client.email?.matchKey),
                    shares_mailbox = shares_mailbox AND email_key IS NOT DISTINCT FROM \(client.email?.matchKey),
                    phone = \(client.phone?.e164),
                    time_zone = \(client.timeZone),
                    source = \(client.source),
                    language = \(client.language?.rawValue),
                    guardian = \(client.guardian)
                WHERE id = \(id.value)
                """)
        } catch let error as PostgresError {
            throw InvalidInput.unknownTimeZone(client.timeZone, error) ?? error
        }
    }

    /// Sets the language of a client's messages.
    func set(_ language: Language, of client: Client.ID) async {
        await connection.send(
            """
            UPDATE client
            SET language = \(language.rawValue)
            WHERE id = \(client.value) AND language IS DISTINCT FROM \(language.rawValue)
            """)
    }

    /// The statement for clients whose data was not erased; a further condition follows.
    private static let select: SQL = """
        SELECT id, name, email, phone, time_zone, source, language, guardian
        FROM client
        WHERE forgotten_at IS NULL
        """

    private func read(_ sql: SQL) async throws -> [Client] {
        try Self.clients(try await connection.query(sql))
    }

    private static func clients(_ rows: Rows) throws -> [Client] {
        typealias Row = (Int64, String, String?, String?, String?, String?, String?, String?)
        return try rows.decode(Row.self).map { row in
            Client(
                id: Client.ID(row.0), name: row.1, email: try row.2.map { try EmailAddress($0) },
                phone: try row.3.map { try PhoneNumber(e164: $0) }, timeZone: row.4, source: row.5,
                language: try row.6.map { try storedCode($0) }, guardian: row.7)
        }
    }
}

extension InvalidInput {
    /// Returns the error for a contact that several clients share.
    static func ambiguous(_ clients: [Client], by contact: Contact?) -> InvalidInput {
        let names = clients.map { "\($0.id.value) (\(visible($0.name)))" }.joined(separator: ", ")
        let kind = if case .email = contact { "that e-mail" } else { "that phone" }
        return InvalidInput(
            field: kind, problem: "belongs to several people: \(names)",
            hint: "give the client number of the one you mean")
    }
}
