public import Booking
public import FoundationEssentials
public import Postgres

/// Trainers, as the database holds them.
public struct TrainerRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Every trainer, by handle; of one studio, those at home there or with hours there.
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

    /// The trainer of that handle.
    ///
    /// - Parameter handle: What people type.
    /// - Returns: The one that goes by it.
    /// - Throws: ``NotFound``.
    public func named(_ handle: Handle) async throws -> Trainer {
        guard let trainer = try await read("\(Self.select) WHERE trainer.handle = \(handle.text)").first else {
            throw NotFound("trainer \(handle)", hint: "see `intro trainer list`")
        }
        return trainer
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

    private static let select: SQL = """
        SELECT trainer.id, trainer.handle, trainer.name, studio.slug, trainer.email, trainer.phone, trainer.daily_limit,
               trainer.retired_at
        FROM trainer
        JOIN studio ON studio.id = trainer.home_studio_id
        """

    private func read(_ sql: SQL) async throws -> [Trainer] {
        typealias Row = (Int32, String, String, String, String?, String?, Int32?, Date?)
        return try await connection.query(sql).decode(Row.self).map { row in
            Trainer(
                id: Trainer.ID(row.0), handle: try Handle(row.1), name: row.2, homeStudio: try Handle(row.3),
                email: try row.4.map { try EmailAddress($0) }, phone: try row.5.map { try PhoneNumber(e164: $0) },
                dailyLimit: row.6, retiredAt: row.7)
        }
    }
}

/// Everything of a trainer that can be edited.
public struct TrainerDetails: Sendable {
    /// The name that clients read.
    public var name: String
    /// The studio meant where none is named.
    public var homeStudio: Handle
    /// Where the trainer gets mail.
    public var email: EmailAddress?
    /// The trainer's phone.
    public var phone: PhoneNumber?
    /// Most booked and attended sessions on one local date; `nil` is no limit.
    public var dailyLimit: Int32?

    /// Describes a new trainer.
    public init(name: PersonName, homeStudio: Handle) {
        self.name = name.text
        self.homeStudio = homeStudio
    }

    /// Starts from a trainer as they are.
    public init(of trainer: Trainer) {
        name = trainer.name
        homeStudio = trainer.homeStudio
        email = trainer.email
        phone = trainer.phone
        dailyLimit = trainer.dailyLimit
    }
}

/// A time when a trainer is away, at every studio.
public struct TimeOff: Sendable {
    /// The number by which it is removed.
    public let number: Int64
    /// First instant away.
    public let from: Date
    /// First instant back.
    public let until: Date
    /// Why, where somebody said so.
    public let reason: String?
}

/// Trainers' absences, as the database holds them.
public struct TimeOffRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Absences that are not over yet, by their beginning.
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

    /// Removes an absence of a trainer; `nil` where there is none of that number.
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
