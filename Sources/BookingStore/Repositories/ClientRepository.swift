public import Booking
public import Postgres

/// People, as the database holds them.
public struct ClientRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The people who go by that e-mail, phone or number: a phone may be shared.
    public func matching(_ who: Who) async throws -> [Client] {
        switch who {
        case .id(let id): try await read("\(Self.select) WHERE id = \(id.value)")
        case .email(let email): try await read("\(Self.select) WHERE email_key = \(email.matchKey)")
        case .phone(let phone): try await read("\(Self.select) WHERE phone = \(phone.e164) ORDER BY id")
        }
    }

    /// The one person who goes by that e-mail, phone or number.
    ///
    /// - Parameter who: What was typed.
    /// - Returns: The person.
    /// - Throws: ``NotFound``, or ``InvalidInput`` where several people share the phone.
    public func one(_ who: Who) async throws -> Client {
        guard let client = try await atMostOne(who) else {
            throw NotFound("client who goes by that", hint: "see `intro client list --search`")
        }
        return client
    }

    func atMostOne(_ who: Who) async throws -> Client? {
        let people = try await matching(who)
        guard people.count <= 1 else {
            let names = people.map { "\($0.id.value) (\(visible($0.name)))" }.joined(separator: ", ")
            throw InvalidInput(
                field: "client", problem: "several people share that phone: \(names)",
                hint: "name the one you mean by number or e-mail")
        }
        return people.first
    }

    /// People whose name, e-mail or phone contains a text, newest first; all of them without a text.
    ///
    /// - Parameters:
    ///   - text: What to look for; a phone number may be written with spaces, dashes and brackets.
    ///   - limit: The most people to return.
    /// - Returns: The people, newest first.
    /// - Throws: ``PostgresError``.
    public func all(containing text: String?, limit: Int = 200) async throws -> [Client] {
        let pattern = text.map { text in
            "%" + text.map { "\\%_".contains($0) ? "\\\($0)" : String($0) }.joined() + "%"
        }
        let digits = text.flatMap(Self.digits).map { "%\($0)%" }
        return try await read(
            """
            \(Self.select)
            WHERE \(pattern)::text IS NULL OR name ILIKE \(pattern) OR email ILIKE \(pattern) OR phone LIKE \(digits)
            ORDER BY id DESC
            LIMIT \(Int64(limit))
            """)
    }

    /// The digits of a text that may be part of a phone number, without the zero that is dialled inside a country.
    private static func digits(_ text: String) -> String? {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || " +-./()".contains($0)) }) else { return nil }
        let digits = text.filter(\.isNumber).drop { $0 == "0" }
        return digits.isEmpty ? nil : String(digits)
    }

    /// Refuses an address that somebody is written down with already.
    func assertNobodyElse(has email: EmailAddress?, but client: Client.ID? = nil) async throws {
        guard let email, let owner = try await matching(.email(email)).first, owner.id != client else { return }
        throw Refusal(
            .alreadyExists, "client \(owner.id.value) has that e-mail already",
            hint: "see `intro client show \(owner.id.value)`")
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
