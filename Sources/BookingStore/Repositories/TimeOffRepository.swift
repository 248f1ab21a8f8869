public import Booking
public import FoundationEssentials
public import Postgres

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
