public import Booking
public import Postgres

/// People, as the database holds them.
public struct ClientRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The people who go by that e-mail, phone or number: a phone may be shared, and so may a mailbox that was stored under
    /// two spellings before they were known to be one.
    public func matching(_ who: ClientIdentifier) async throws -> [Client] {
        switch who {
        case .id(let id): try await read("\(Self.select) WHERE id = \(id.value)")
        case .email(let email): try await read("\(Self.select) WHERE email_key = \(email.matchKey) ORDER BY id")
        case .phone(let phone):
            try await read("\(Self.select) WHERE phone_key = phone_match_key(\(phone.e164)) ORDER BY id")
        }
    }

    /// The one person who goes by that e-mail, phone or number.
    ///
    /// - Parameter who: What was typed.
    /// - Returns: The person.
    /// - Throws: ``NotFound``, or ``InvalidInput`` where several people share the phone.
    public func one(_ who: ClientIdentifier) async throws -> Client {
        guard let client = try await uniqueMatch(who) else {
            throw NotFound("client \(who.text)", hint: "see `intro client list --search`")
        }
        return client
    }

    func uniqueMatch(_ who: ClientIdentifier) async throws -> Client? {
        let people = try await matching(who)
        guard people.count <= 1 else { throw InvalidInput.ambiguous(people, by: who.contact) }
        return people.first
    }

    /// Clients who have all the words of a search, newest first; all clients without one.
    ///
    /// - Parameters:
    ///   - search: What to look for.
    ///   - limit: The most clients to return.
    /// - Returns: The clients, newest first.
    /// - Throws: ``PostgresError``.
    public func all(matching search: ClientSearch? = nil, limit: Int = 200) async throws -> [Client] {
        try await read(
            """
            \(Self.select)
            WHERE \(search.map(ClientSearchCondition.sql) ?? "true")
            ORDER BY id DESC
            LIMIT \(Int64(limit))
            """)
    }

    /// Clients who turned out to have one mailbox when the schema was upgraded, by mailbox; older clients first.
    ///
    /// - Returns: At least two clients for each mailbox.
    /// - Throws: ``PostgresError``.
    public func sharingMailboxes() async throws -> [[Client]] {
        let clients = try await read(
            """
            \(Self.select)
            WHERE email_key IN (SELECT email_key FROM client WHERE shares_mailbox)
            ORDER BY id
            """)
        return Dictionary(grouping: clients) { $0.email?.matchKey }.values.sorted { $0[0].id.value < $1[0].id.value }
    }

    /// Returns those of some addresses that belong to a client, a trainer or a studio, but for one.
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

    /// Refuses an address that another client has already.
    ///
    /// - Parameters:
    ///   - email: The address.
    ///   - client: The client whose it will be; `nil` for a new one.
    ///   - before: The client's present address, which is not asked about again.
    /// - Throws: ``Refusal`` of the rule `already_exists`, or ``PostgresError``.
    func assertNoOtherClient(
        has email: EmailAddress?, but client: Client.ID? = nil, before: EmailAddress? = nil
    ) async throws {
        guard let email, email.matchKey != before?.matchKey else { return }
        guard let owner = try await matching(.email(email)).first(where: { $0.id != client }) else { return }
        throw Refusal(
            .alreadyExists, "\(owner.nameAndNumber) has that e-mail already",
            hint: "see `intro client show \(owner.id.value)`")
    }

    /// Gives a client an e-mail or a phone, where the client has none and nobody else has it.
    ///
    /// - Returns: Whether it was stored.
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
        let id = try await connection.query(
            """
            INSERT INTO client (name, email, email_key, phone, time_zone, source, language)
            VALUES (
                \(client.name), \(client.email?.address), \(client.email?.matchKey), \(client.phone?.e164),
                \(client.timeZone), \(client.source), \(client.language?.rawValue))
            RETURNING id
            """
        ).decode(Int64.self)[0]
        return Client(
            id: Client.ID(id), name: client.name, email: client.email, phone: client.phone,
            timeZone: client.timeZone, source: client.source, language: client.language)
    }

    func update(_ id: Client.ID, to client: ClientDetails) async throws {
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
                language = \(client.language?.rawValue)
            WHERE id = \(id.value)
            """)
    }

    private static let select: SQL = "SELECT id, name, email, phone, time_zone, source, language FROM client"

    private func read(_ sql: SQL) async throws -> [Client] {
        typealias Row = (Int64, String, String?, String?, String?, String?, String?)
        return try await connection.query(sql).decode(Row.self).map { row in
            Client(
                id: Client.ID(row.0), name: row.1, email: try row.2.map { try EmailAddress($0) },
                phone: try row.3.map { try PhoneNumber(e164: $0) }, timeZone: row.4, source: row.5,
                language: row.6.flatMap { Language(rawValue: $0) })
        }
    }
}

extension InvalidInput {
    /// Several clients have a contact, and nothing tells which of them is meant.
    static func ambiguous(_ clients: [Client], by contact: Contact?) -> InvalidInput {
        let names = clients.map { "\($0.id.value) (\(visible($0.name)))" }.joined(separator: ", ")
        let what = if case .email = contact { "that e-mail" } else { "that phone" }
        return InvalidInput(
            field: what, problem: "belongs to several people: \(names)",
            hint: "give the client number of the one you mean")
    }
}

/// Everything of a person that can be edited.
public struct ClientDetails: Sendable {
    /// As the person gives it.
    public var name: String
    /// Where mail goes.
    public var email: EmailAddress?
    /// In E.164.
    public var phone: PhoneNumber?
    /// IANA zone where it differs from the studio's.
    public var timeZone: String?
    /// How the person heard of us.
    public var source: String?
    /// The language to write in; `nil` is English.
    public var language: Language?

    /// Describes a new person.
    public init(name: PersonName, email: EmailAddress?, phone: PhoneNumber?, source: String? = nil) {
        self.name = name.text
        self.email = email
        self.phone = phone
        self.source = source
    }

    /// Starts from a person as they are.
    public init(of client: Client) {
        name = client.name
        email = client.email
        phone = client.phone
        timeZone = client.timeZone
        source = client.source
        language = client.language
    }

    /// The contacts by which the person is recognised.
    public var contacts: Contacts {
        var contacts = Contacts()
        contacts.add(email)
        contacts.add(phone)
        return contacts
    }
}

/// The condition by which a search finds clients.
enum ClientSearchCondition {
    /// Whether a row of `client` fits a search.
    static func sql(_ search: ClientSearch) -> SQL {
        guard !search.isEmpty else { return "false" }
        var ways: [SQL] = []
        if let email = search.email { ways.append("email_key = \(email.matchKey)") }
        if let phone = search.phone { ways.append("phone_key = phone_match_key(\(phone.e164))") }
        if !search.terms.isEmpty { ways.append("(\(SQL.joined(search.terms.map(has), separator: " AND ")))") }
        return "(\(SQL.joined(ways, separator: " OR ")))"
    }

    private static func has(_ term: ClientSearch.Term) -> SQL {
        // A text of nothing but punctuation is part of every text.
        var places = term.texts.map { text -> SQL in
            "search_text(\(text)) <> '' AND search_key LIKE '%' || search_text(\(text)) || '%'"
        }
        if let phone = term.phone { places.append(has(phone)) }
        return "(\(SQL.joined(places, separator: " OR ")))"
    }

    private static func has(_ phone: ClientSearch.PhonePattern) -> SQL {
        switch phone {
        case .end(let digits): "phone LIKE '%' || \(digits)"
        case .part(let digits): "phone LIKE '%' || \(digits) || '%'"
        case .start(let digits): "phone LIKE '+' || \(digits) || '%'"
        // In the countries whose codes begin with 1 and 7, no zero is dialled before a number.
        case .national(let digits, let dialled):
            "(phone LIKE '%' || \(dialled) || '%' OR phone ~ ('^[+][2-9][0-9]{1,2}' || \(digits)))"
        }
    }
}
