public import Booking
public import Postgres

/// A set of weekly hours of a trainer at a studio, and the dates on which it counts.
public struct HoursSeason: Sendable {
    /// The key in the database.
    public typealias ID = Key<HoursSeason, Int64>

    /// The key in the database.
    public let id: ID
    /// The studio's id.
    public let studio: String
    /// First local date; `nil` is since ever.
    public let from: LocalDate?
    /// Last local date; `nil` has no end.
    public let until: LocalDate?
    /// The weekly hours.
    public let hours: WeeklyHours
}

/// Trainers' weekly hours, as the database holds them.
public struct HoursRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Every season of a trainer, by studio and beginning.
    public func seasons(of trainer: Trainer.ID) async throws -> [HoursSeason] {
        let rows = try await connection.query(
            """
            SELECT season.id,
                   studio.slug,
                   nullif(season.valid_from, '-infinity')::text,
                   season.valid_until::text,
                   array_remove(array_agg(hours.weekday ORDER BY hours.weekday, hours.opens), NULL)::integer[],
                   array_remove(array_agg(to_char(hours.opens, 'HH24:MI') ORDER BY hours.weekday, hours.opens), NULL),
                   array_remove(array_agg(to_char(hours.closes, 'HH24:MI') ORDER BY hours.weekday, hours.opens), NULL)
            FROM hours_season AS season
            JOIN studio ON studio.id = season.studio_id
            LEFT JOIN hours ON hours.season_id = season.id
            WHERE season.trainer_id = \(trainer.value)
            GROUP BY studio.slug, season.id
            ORDER BY studio.slug, season.valid_from
            """)
        return try rows.decode((Int64, String, String?, String?, [Int32], [String], [String]).self).map { row in
            let spans = try zip(row.4, zip(row.5, row.6)).compactMap { day, times in
                WeeklyHours.Span(
                    weekday: try storedWeekday(day), opens: try LocalTime(times.0),
                    closes: try LocalTime(times.1))
            }
            return HoursSeason(
                id: HoursSeason.ID(row.0), studio: row.1, from: try row.2.map { try LocalDate($0) },
                until: try row.3.map { try LocalDate($0) }, hours: try WeeklyHours(spans))
        }
    }

    /// Puts a season in place of one that begins on the same date.
    ///
    /// With no beginning given, a trainer's first hours at a studio count since ever, later ones from today.
    ///
    /// - Returns: The season's key.
    @discardableResult
    func set(
        _ hours: WeeklyHours, of trainer: Trainer.ID, at studio: Studio.ID, from: LocalDate?, until: LocalDate?,
        today: LocalDate
    ) async throws -> HoursSeason.ID {
        let season = try await connection.query(
            """
            INSERT INTO hours_season (trainer_id, studio_id, valid_from, valid_until)
            SELECT \(trainer.value),
                   \(studio.value),
                   CASE
                       WHEN \(from?.description)::text IS NOT NULL THEN \(from?.description)::text::date
                       WHEN EXISTS (
                           SELECT FROM hours_season
                           WHERE trainer_id = \(trainer.value) AND studio_id = \(studio.value))
                       THEN \(today.description)::text::date
                       ELSE '-infinity'
                   END,
                   \(until?.description)::text::date
            ON CONFLICT ON CONSTRAINT hours_season_key DO UPDATE SET valid_until = excluded.valid_until
            RETURNING id
            """
        ).decode(Int64.self)[0]
        _ = try await connection.query("DELETE FROM hours WHERE season_id = \(season)")
        _ = try await connection.query(
            """
            INSERT INTO hours (season_id, weekday, opens, closes)
            SELECT \(season), weekday, opens::time, closes::time
            FROM unnest(
                \(hours.spans.map { Int32($0.weekday.rawValue) }),
                \(hours.spans.map(\.opens.description)),
                \(hours.spans.map(\.closes.description))
            ) AS span (weekday, opens, closes)
            """)
        return HoursSeason.ID(season)
    }
}
