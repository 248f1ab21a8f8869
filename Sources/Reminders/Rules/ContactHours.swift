public import Booking
import BookingStore
public import Postgres

/// The allowed contact hours of one region on one channel.
public struct ContactHours: Sendable {
    /// An ISO 3166-1 code of two letters, or `*` for every region without its own hours.
    public let region: String
    /// The channel.
    public let channel: Channel
    /// The hours in the recipient's time zone.
    public let hours: WeeklyHours
}

/// The stored contact hours; all other hours are quiet.
public struct ContactHoursRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the hours of every region, by channel and region.
    public func all() async throws -> [ContactHours] {
        let rows = try await connection.query(
            """
            SELECT region, channel,
                   array_agg(weekday::integer ORDER BY weekday, opens),
                   array_agg(to_char(opens, 'HH24:MI') ORDER BY weekday, opens),
                   array_agg(to_char(closes, 'HH24:MI') ORDER BY weekday, opens)
            FROM contact_hours
            GROUP BY region, channel
            ORDER BY channel, region
            """)
        return try rows.decode((String, String, [Int32], [String], [String]).self).map { row in
            let spans = try zip(row.2, zip(row.3, row.4)).compactMap { day, times in
                WeeklyHours.Span(
                    weekday: try storedWeekday(day), opens: try LocalTime(times.0), closes: try LocalTime(times.1))
            }
            return ContactHours(region: row.0, channel: try storedCode(row.1), hours: try WeeklyHours(spans))
        }
    }

    /// Replaces the hours of a region and a channel; `nil` removes them.
    ///
    /// Waiting messages are evaluated again at their next attempt.
    func set(_ region: String, _ channel: Channel, _ hours: WeeklyHours?) async throws {
        try await connection.query(
            "DELETE FROM contact_hours WHERE region = \(region) AND channel = \(channel.rawValue)")
        for span in hours?.spans ?? [] {
            try await connection.query(
                """
                INSERT INTO contact_hours (region, channel, weekday, opens, closes)
                VALUES (
                    \(region), \(channel.rawValue), \(Int16(span.weekday.rawValue)), \(span.opens.description)::text::time,
                    \(span.closes.description)::text::time)
                """)
        }
    }
}
