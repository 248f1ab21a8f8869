public import Booking
import BookingStore
public import Postgres

/// When people may be written to, in one region by one channel.
public struct ContactHours: Sendable {
    /// Two letters (ISO 3166-1), or `*` for every region that has none of its own.
    public let region: String
    /// The channel.
    public let channel: Channel
    /// The hours, on the clock where the person is.
    public let hours: WeeklyHours
}

/// When people may be written to, as the database holds it; all other hours are quiet.
public struct ContactHoursRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Every region's hours, by channel and region.
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
    /// Messages that wait are judged anew when they go out.
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
