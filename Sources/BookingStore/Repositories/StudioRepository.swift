public import Booking
public import FoundationEssentials
public import Postgres

/// The studios and their closures in the database.
public struct StudioRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns all studios, by handle.
    public func all() async throws -> [Studio] {
        try await read("\(Self.select) ORDER BY slug")
    }

    /// Returns the studio with a handle.
    ///
    /// - Parameter handle: The handle.
    /// - Returns: The studio.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func named(_ handle: Handle) async throws -> Studio {
        try await sendNamed(handle).value()
    }

    /// Reads the studio with a handle, together with the next statement; throws ``NotFound`` if there is none.
    public func sendNamed(_ handle: Handle) async -> Pending<Studio> {
        await send("slug = \(handle.text)", orThrow: NotFound(.studio(handle)))
    }

    /// Reads the home studio of a trainer, together with the next statement; throws ``NotFound`` if there is none.
    public func home(of trainer: Handle) async -> Pending<Studio> {
        await send(
            "id = (SELECT home_studio_id FROM trainer WHERE handle = \(trainer.text))",
            orThrow: NotFound(.trainer(trainer)))
    }

    /// Returns the studio with a primary key.
    ///
    /// - Parameter id: The primary key.
    /// - Returns: The studio.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func with(_ id: Studio.ID) async throws -> Studio {
        guard let studio = try await read("\(Self.select) WHERE id = \(id.value)").first else {
            throw NotFound(.studioID(id))
        }
        return studio
    }

    /// Reads the studio of a session, together with the next statement.
    func studio(of session: Reference) async -> Pending<Studio> {
        await send(
            "id = (SELECT studio_id FROM session WHERE reference = \(session.code))",
            orThrow: NotFound(.session(session)))
    }

    private func send(_ condition: SQL, orThrow missing: NotFound) async -> Pending<Studio> {
        await connection.send("\(Self.select) WHERE \(condition)").map { rows in
            guard let studio = try Self.studios(rows).first else { throw missing }
            return studio
        }
    }

    func insert(_ studio: StudioDetails, handle: Handle) async throws {
        let offer = studio.offer
        do {
            _ = try await connection.query(
                """
                INSERT INTO studio (
                    slug, name, time_zone, stations, session_minutes, turnaround_minutes, slot_every_minutes,
                    notice_minutes, horizon_minutes, region, address, phone, email)
                VALUES (
                    \(handle.text), \(studio.name), \(studio.clock.identifier), \(offer.stations),
                    \(offer.sessionMinutes), \(offer.turnaroundMinutes), \(offer.slotEveryMinutes),
                    \(offer.noticeMinutes), \(offer.horizonMinutes), \(studio.region.code), \(studio.address),
                    \(studio.phone?.e164), \(studio.email?.address))
                """)
        } catch let error as PostgresError {
            throw InvalidInput.unknownTimeZone(studio.clock.identifier, error) ?? error
        }
    }

    func update(_ id: Studio.ID, to studio: StudioDetails) async throws {
        let offer = studio.offer
        do {
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
        } catch let error as PostgresError {
            throw InvalidInput.unknownTimeZone(studio.clock.identifier, error) ?? error
        }
    }

    /// Adds a closure, unless the studio has the same one already.
    func insert(_ closure: Closure, of id: Studio.ID) async throws {
        try await connection.query(
            """
            INSERT INTO closure (studio_id, during, reason)
            SELECT new.studio_id, new.during, new.reason
            FROM (
                SELECT \(id.value)::integer AS studio_id,
                       tstzrange(\(closure.from), \(closure.until)) AS during,
                       \(closure.reason)::text AS reason
            ) AS new
            WHERE NOT EXISTS (
                SELECT
                FROM closure AS present
                WHERE present.studio_id = new.studio_id
                  AND present.during = new.during
                  AND present.reason IS NOT DISTINCT FROM new.reason)
            """)
    }

    /// Returns the closures that end after an instant, by start.
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

    /// Removes a period from the closures of a studio, and returns the removed parts, by start.
    ///
    /// A closure that contains the period becomes two.
    func removeClosures(of id: Studio.ID, from: Date, until: Date) async throws -> [Closure] {
        let removed = try await connection.query(
            """
            WITH cut AS (
                SELECT id, during * period AS removed, reason, studio_id,
                       tstzmultirange(during) - tstzmultirange(period) AS kept
                FROM closure, tstzrange(\(from), \(until)) AS period
                WHERE studio_id = \(id.value) AND during && period
            ), deleted AS (
                DELETE FROM closure WHERE id IN (SELECT id FROM cut WHERE isempty(kept))
            ), shortened AS (
                UPDATE closure
                SET during = (SELECT part FROM unnest(kept) AS part ORDER BY part LIMIT 1)
                FROM cut
                WHERE closure.id = cut.id AND NOT isempty(kept)
            ), split AS (
                INSERT INTO closure (studio_id, during, reason)
                SELECT studio_id, part, reason
                FROM cut, unnest(kept) WITH ORDINALITY AS rest (part, number)
                WHERE number > 1
            )
            SELECT lower(removed), upper(removed), reason FROM cut ORDER BY removed, id
            """)
        return try removed.decode((Date, Date, String).self).map { Closure(from: $0, until: $1, reason: $2) }
    }

    private static let select: SQL = """
        SELECT id, slug, name, time_zone, stations, session_minutes, turnaround_minutes, slot_every_minutes,
               notice_minutes, horizon_minutes, region, address, phone, email
        FROM studio
        """

    private func read(_ sql: SQL) async throws -> [Studio] {
        try Self.studios(try await connection.query(sql))
    }

    private static func studios(_ rows: Rows) throws -> [Studio] {
        typealias Row = (
            Int32, String, String, String, Int16, Int32, Int32, Int32, Int32, Int32, String, String?, String?, String?
        )
        return try rows.decode(Row.self).map { row in
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

/// The attributes of a studio that can be edited.
public struct StudioDetails: Sendable {
    /// The studio's name.
    public var name: String
    /// The studio's clock.
    public var clock: StudioClock
    /// The rules by which the studio offers sessions.
    public var offer: Studio.Offer
    /// The region of phone numbers without a country code.
    public var region: Region
    /// The postal address.
    public var address: String?
    /// The phone number of the front desk.
    public var phone: PhoneNumber?
    /// The e-mail address for replies.
    public var email: EmailAddress?

    /// Creates the details of a new studio.
    public init(name: PersonName, clock: StudioClock, region: Region) {
        self.name = name.text
        self.clock = clock
        self.offer = Studio.Offer()
        self.region = region
    }

    /// Creates the details of an existing studio.
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

/// A period when a studio is closed.
public struct Closure: Sendable {
    /// The start.
    public let from: Date
    /// The end, exclusive.
    public let until: Date
    /// The reason, shown to the front desk.
    public let reason: String

    /// Creates a closure.
    public init(from: Date, until: Date, reason: String) {
        self.from = from
        self.until = until
        self.reason = reason
    }
}
