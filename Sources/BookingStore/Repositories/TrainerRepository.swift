public import Booking
public import FoundationEssentials
public import Postgres

/// The trainers in the database.
public struct TrainerRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns all trainers, or those with their home or hours at a studio, by handle.
    public func all(of studio: Studio.ID? = nil) async throws -> [Trainer] {
        try await read(
            """
            \(Self.select)
            WHERE \(studio?.value)::integer IS NULL
               OR trainer.home_studio_id = \(studio?.value)
               OR EXISTS (SELECT FROM hours_season WHERE studio_id = \(studio?.value) AND trainer_id = trainer.id)
            ORDER BY trainer.handle
            """)
    }

    /// Returns the trainer with a handle.
    ///
    /// - Parameter handle: The handle.
    /// - Returns: The trainer.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func named(_ handle: Handle) async throws -> Trainer {
        try await sendNamed(handle).value()
    }

    /// Reads the trainer with a handle, together with the next statement; throws ``NotFound`` if there is none.
    public func sendNamed(_ handle: Handle) async -> Pending<Trainer> {
        await connection.send("\(Self.select) WHERE trainer.handle = \(handle.text)").map { rows in
            guard let trainer = try Self.trainers(rows).first else { throw NotFound(.trainer(handle)) }
            return trainer
        }
    }

    func insert(_ trainer: TrainerDetails, handle: Handle) async throws {
        _ = try await connection.query(
            """
            INSERT INTO trainer (handle, name, home_studio_id, email, phone, daily_limit)
            VALUES (
                \(handle.text), \(trainer.name), (SELECT id FROM studio WHERE slug = \(trainer.homeStudio.text)),
                \(trainer.email?.address), \(trainer.phone?.e164), \(trainer.dailyLimit))
            """)
    }

    func update(_ id: Trainer.ID, to trainer: TrainerDetails) async throws {
        _ = try await connection.query(
            """
            UPDATE trainer
            SET name = \(trainer.name),
                home_studio_id = (SELECT id FROM studio WHERE slug = \(trainer.homeStudio.text)),
                email = \(trainer.email?.address),
                phone = \(trainer.phone?.e164),
                daily_limit = \(trainer.dailyLimit)
            WHERE id = \(id.value)
            """)
    }

    func retire(_ id: Trainer.ID, at instant: Date) async throws {
        _ = try await connection.query(
            "UPDATE trainer SET retired_at = \(instant) WHERE id = \(id.value) AND retired_at IS NULL")
    }

    func restore(_ id: Trainer.ID) async throws {
        _ = try await connection.query("UPDATE trainer SET retired_at = NULL WHERE id = \(id.value)")
    }

    private static let select: SQL = """
        SELECT trainer.id, trainer.handle, trainer.name, studio.slug, trainer.email, trainer.phone, trainer.daily_limit,
               trainer.retired_at
        FROM trainer
        JOIN studio ON studio.id = trainer.home_studio_id
        """

    private func read(_ sql: SQL) async throws -> [Trainer] {
        try Self.trainers(try await connection.query(sql))
    }

    private static func trainers(_ rows: Rows) throws -> [Trainer] {
        typealias Row = (Int32, String, String, String, String?, String?, Int32?, Date?)
        return try rows.decode(Row.self).map { row in
            Trainer(
                id: Trainer.ID(row.0), handle: try Handle(row.1), name: row.2, homeStudio: try Handle(row.3),
                email: try row.4.map { try EmailAddress($0) }, phone: try row.5.map { try PhoneNumber(e164: $0) },
                dailyLimit: row.6, retiredAt: row.7)
        }
    }
}

/// The attributes of a trainer that can be edited.
public struct TrainerDetails: Sendable {
    /// The name, which clients read.
    public var name: String
    /// The default studio of commands that name none.
    public var homeStudio: Handle
    /// The trainer's e-mail address.
    public var email: EmailAddress?
    /// The trainer's phone number.
    public var phone: PhoneNumber?
    /// The maximum number of booked and attended sessions on one local date; `nil` means no limit.
    public var dailyLimit: Int32?

    /// Creates the details of a new trainer.
    public init(name: PersonName, homeStudio: Handle) {
        self.name = name.text
        self.homeStudio = homeStudio
    }

    /// Creates the details of an existing trainer.
    public init(of trainer: Trainer) {
        name = trainer.name
        homeStudio = trainer.homeStudio
        email = trainer.email
        phone = trainer.phone
        dailyLimit = trainer.dailyLimit
    }
}

/// A period when a trainer is away from every studio.
public struct TimeOff: Sendable {
    /// The number that identifies the absence when it is removed.
    public let number: Int64
    /// The start.
    public let from: Date
    /// The end, exclusive.
    public let until: Date
    /// The reason, if one was recorded.
    public let reason: String?
}

/// The absences of trainers in the database.
public struct TimeOffRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the absences that end after an instant, by start.
    public func all(of trainer: Trainer.ID, after instant: Date) async throws -> [TimeOff] {
        try await connection.query(
            """
            SELECT id, lower(during), upper(during), reason
            FROM time_off
            WHERE trainer_id = \(trainer.value) AND upper(during) > \(instant)
            ORDER BY lower(during), id
            """
        ).decode((Int64, Date, Date, String?).self).map { TimeOff(number: $0, from: $1, until: $2, reason: $3) }
    }

    func insert(_ trainer: Trainer.ID, from: Date, until: Date, reason: String?) async throws -> TimeOff {
        let number = try await connection.query(
            """
            INSERT INTO time_off (trainer_id, during, reason)
            VALUES (\(trainer.value), tstzrange(\(from), \(until)), \(reason))
            RETURNING id
            """
        ).decode(Int64.self)[0]
        return TimeOff(number: number, from: from, until: until, reason: reason)
    }

    /// Removes an absence of a trainer, and returns it; returns `nil` if the trainer has none with that number.
    func remove(_ number: Int64, of trainer: Trainer.ID) async throws -> TimeOff? {
        try await connection.query(
            """
            DELETE FROM time_off
            WHERE id = \(number) AND trainer_id = \(trainer.value)
            RETURNING lower(during), upper(during), reason
            """
        ).decode((Date, Date, String?).self).first.map {
            TimeOff(number: number, from: $0, until: $1, reason: $2)
        }
    }
}
