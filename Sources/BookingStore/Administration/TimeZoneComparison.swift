import Booking
public import FoundationEssentials
public import Postgres

/// A difference between the rules of PostgreSQL and of this binary for the time zone of a studio or a client.
///
/// PostgreSQL computes days and contact hours; this binary computes the times that people read. Each has its own time
/// zone data, which are updated separately.
public struct TimeZoneDifference: Hashable, Sendable {
    /// The zone's name in the IANA database.
    public let zone: String
    /// The first day on which the offsets differ, at noon UTC.
    public let from: Date
    /// PostgreSQL's offset from UTC on that day, in seconds.
    public let databaseOffset: Int
    /// This binary's offset from UTC on that day, in seconds.
    public let binaryOffset: Int
}

/// A comparison of the time zone rules of PostgreSQL and of this binary.
public enum TimeZoneComparison {
    /// The compared period, in days.
    static let reach = 731

    /// Compares PostgreSQL's rules with this binary's, for each day of two years.
    ///
    /// - Parameters:
    ///   - connection: A connection to the database.
    ///   - now: The first day.
    /// - Returns: The first difference of each zone, by name.
    /// - Throws: `PostgresError`.
    public static func differences(on connection: isolated Connection, now: Date) async throws -> [TimeZoneDifference] {
        // The query returns only days on which an offset changes.
        let changes = try await connection.query(
            """
            SELECT zone, day, utc_offset
            FROM (
                SELECT zone, day, utc_offset, lag(utc_offset) OVER (PARTITION BY zone ORDER BY day) AS before
                FROM (
                    SELECT time_zone FROM studio
                    UNION
                    SELECT time_zone FROM client WHERE time_zone IS NOT NULL
                ) AS zones (zone)
                CROSS JOIN generate_series(0, \(Int32(reach))) AS day
                CROSS JOIN LATERAL (SELECT \(noon(of: now)) + day * interval '24 hours' AS instant) AS noon
                CROSS JOIN LATERAL (
                    SELECT extract(epoch FROM (instant AT TIME ZONE zone) - (instant AT TIME ZONE 'UTC'))::int AS utc_offset
                ) AS clock
            ) AS days
            WHERE utc_offset IS DISTINCT FROM before
            ORDER BY zone, day
            """
        ).decode((String, Int32, Int32).self)
        return Dictionary(grouping: changes, by: \.0).compactMap { zone, rows in
            firstDifference(
                in: zone, changes: rows.map { (day: Int($0.1), offset: Int($0.2)) }, from: noon(of: now))
        }.sorted { $0.zone < $1.zone }
    }

    /// Returns the first day on which the binary's offset differs from the database's.
    ///
    /// - Parameters:
    ///   - zone: The zone's name.
    ///   - changes: The database's offset in seconds, each valid from its day on; the first is for day 0.
    ///   - start: Day 0.
    /// - Returns: The difference; `nil` if there is none, or if this binary does not know the zone.
    static func firstDifference(
        in zone: String, changes: [(day: Int, offset: Int)], from start: Date
    ) -> TimeZoneDifference? {
        guard let clock = try? StudioClock(timeZone: zone), var offset = changes.first?.offset else { return nil }
        var coming = changes.dropFirst()
        for day in 0...reach {
            if let next = coming.first, next.day == day {
                offset = next.offset
                coming = coming.dropFirst()
            }
            let instant = start.addingTimeInterval(Double(day) * 86_400)
            let binaryOffset = clock.offset(instant)
            guard binaryOffset == offset else {
                return TimeZoneDifference(
                    zone: zone, from: instant, databaseOffset: offset, binaryOffset: binaryOffset)
            }
        }
        return nil
    }

    private static func noon(of now: Date) -> Date {
        let day = (now.timeIntervalSince1970 / 86_400).rounded(.down)
        return Date(timeIntervalSince1970: day * 86_400 + 43_200)
    }
}

extension InvalidInput {
    /// Converts the error of a statement whose time zone this binary knows and PostgreSQL does not.
    ///
    /// The checks of studios and clients raise it, with the SQLSTATE 22023.
    ///
    /// - Parameters:
    ///   - zone: The time zone of the statement; `nil` if it has none.
    ///   - error: The error of the statement.
    /// - Returns: The error for the user; `nil` for any other error.
    static func unknownTimeZone(_ zone: String?, _ error: PostgresError) -> InvalidInput? {
        guard let zone, error.sqlState == "22023" else { return nil }
        return InvalidInput(
            field: "time zone", problem: "\(quoted(zone)) is not known to the database",
            hint: "write its current name, such as America/Los_Angeles, or update tzdata on the database server")
    }
}
