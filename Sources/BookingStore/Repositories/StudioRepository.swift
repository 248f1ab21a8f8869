public import Booking
public import FoundationEssentials
public import Postgres

/// Studios and their closures, as the database holds them.
public struct StudioRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Every studio, by id.
    public func all() async throws -> [Studio] {
        try await read("\(Self.select) ORDER BY slug")
    }

    /// The studio of that id.
    ///
    /// - Parameter handle: What people type.
    /// - Returns: The one that goes by it.
    /// - Throws: ``NotFound``.
    public func named(_ handle: Handle) async throws -> Studio {
        guard let studio = try await read("\(Self.select) WHERE slug = \(handle.text)").first else {
            throw NotFound("studio \(handle)", hint: "see `intro studio list`")
        }
        return studio
    }

    /// The studio of that key.
    ///
    /// - Parameter id: The key.
    /// - Returns: The studio.
    /// - Throws: ``NotFound``.
    public func with(_ id: Studio.ID) async throws -> Studio {
        guard let studio = try await read("\(Self.select) WHERE id = \(id.value)").first else {
            throw NotFound("studio", hint: "see `intro studio list`")
        }
        return studio
    }

    func insert(_ studio: StudioDetails, handle: Handle) async throws {
        let offer = studio.offer
        _ = try await connection.query(
            """
            INSERT INTO studio (
                slug, name, time_zone, stations, session_minutes, turnaround_minutes, slot_every_minutes,
                notice_minutes, horizon_minutes, region, address, phone, email)
            VALUES (
                \(handle.text), \(studio.name), \(studio.clock.identifier), \(offer.stations), \(offer.sessionMinutes),
                \(offer.turnaroundMinutes), \(offer.slotEveryMinutes), \(offer.noticeMinutes),
                \(offer.horizonMinutes), \(studio.region.code), \(studio.address), \(studio.phone?.e164),
                \(studio.email?.address))
            """)
    }

    func update(_ id: Studio.ID, to studio: StudioDetails) async throws {
        let offer = studio.offer
        _ = try await connection.query(
            """
            UPDATE studio
            SET name = \(studio.name),
                time_zone = \(studio.clock.identifier),
                stations = \(offer.stations),
                session_minutes = \(offer.sessionMinutes),
                turnaround_minutes = \(offer.turnaroundMinutes),
                slot_every_minutes = \(offer.slotEveryMinutes),
                notice_minutes = \(offer.noticeMinutes),
                horizon_minutes = \(offer.horizonMinutes),
                region = \(studio.region.code),
                address = \(studio.address),
                phone = \(studio.phone?.e164),
                email = \(studio.email?.address)
            WHERE id = \(id.value)
            """)
    }

    func insert(_ closure: Closure, of id: Studio.ID) async throws {
        _ = try await connection.query(
            """
            INSERT INTO closure (studio_id, during, reason)
            VALUES (\(id.value), tstzrange(\(closure.from), \(closure.until)), \(closure.reason))
            """)
    }

    /// Closures that are not over yet, by their beginning.
    public func closures(of id: Studio.ID, after instant: Date) async throws -> [Closure] {
        try await connection.query(
            """
            SELECT lower(during), upper(during), reason
            FROM closure
            WHERE studio_id = \(id.value) AND upper(during) > \(instant)
            ORDER BY lower(during)
            """
        ).decode((Date, Date, String).self).map { Closure(from: $0, until: $1, reason: $2) }
    }

    private static let select: SQL = """
        SELECT id, slug, name, time_zone, stations, session_minutes, turnaround_minutes, slot_every_minutes,
               notice_minutes, horizon_minutes, region, address, phone, email
        FROM studio
        """

    private func read(_ sql: SQL) async throws -> [Studio] {
        typealias Row = (
            Int32, String, String, String, Int16, Int32, Int32, Int32, Int32, Int32, String, String?, String?, String?
        )
        return try await connection.query(sql).decode(Row.self).map { row in
            Studio(
                id: Studio.ID(row.0), handle: try Handle(row.1), name: row.2, clock: try StudioClocks.clock(of: row.3),
                offer: Studio.Offer(
                    stations: row.4, sessionMinutes: row.5, turnaroundMinutes: row.6, slotEveryMinutes: row.7,
                    noticeMinutes: row.8, horizonMinutes: row.9),
                region: try Region(stored: row.10), address: row.11,
                phone: try row.12.map { try PhoneNumber(e164: $0) },
                email: try row.13.map { try EmailAddress($0) })
        }
    }
}

/// Everything of a studio that can be edited.
public struct StudioDetails: Sendable {
    /// The name on the door.
    public var name: String
    /// The studio's wall clock.
    public var clock: StudioClock
    /// What it offers.
    public var offer: Studio.Offer
    /// Where phone numbers without a country code are from.
    public var region: Region
    /// Where to come.
    public var address: String?
    /// The front desk.
    public var phone: PhoneNumber?
    /// Where replies go.
    public var email: EmailAddress?

    /// Describes a new studio.
    public init(name: PersonName, clock: StudioClock, region: Region) {
        self.name = name.text
        self.clock = clock
        self.offer = Studio.Offer()
        self.region = region
    }

    /// Starts from a studio as it is.
    public init(of studio: Studio) {
        name = studio.name
        clock = studio.clock
        offer = studio.offer
        region = studio.region
        address = studio.address
        phone = studio.phone
        email = studio.email
    }
}

/// A time when a studio holds no sessions.
public struct Closure: Sendable {
    /// First closed instant.
    public let from: Date
    /// First open instant afterwards.
    public let until: Date
    /// Why, as the front desk tells it.
    public let reason: String

    /// Closes a studio for a time.
    public init(from: Date, until: Date, reason: String) {
        self.from = from
        self.until = until
        self.reason = reason
    }
}
