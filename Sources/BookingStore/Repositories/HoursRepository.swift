public import Booking
import FoundationEssentials
public import Postgres

/// The weekly hours of a trainer at a studio, valid for a range of dates.
public struct HoursSeason: Sendable {
    /// The primary key.
    public typealias ID = Key<HoursSeason, Int64>

    /// The primary key.
    public let id: ID
    /// The handle of the studio.
    public let studio: String
    /// The first local date; `nil` means no beginning.
    public let from: LocalDate?
    /// The last local date; `nil` means no end.
    public let until: LocalDate?
    /// The weekly hours.
    public let hours: WeeklyHours
}

/// The weekly hours of trainers in the database.
public struct HoursRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns all seasons of a trainer, by studio and first date.
    public func seasons(of trainer: Trainer.ID) async throws -> [HoursSeason] {
        try await seasons("season.trainer_id = \(trainer.value)")
    }

    /// Returns the weekly hours of the trainers at a studio that apply on a date or later.
    ///
    /// - Parameters:
    ///   - studio: The studio; `nil` means all studios.
    ///   - trainer: The trainer; `nil` means all active trainers.
    ///   - date: The local date.
    /// - Returns: The hours of each season.
    /// - Throws: ``PostgresError``.
    public func weeklyHours(
        at studio: Studio.ID?, of trainer: Trainer.ID?, from date: LocalDate
    ) async throws -> [WeeklyHours] {
        let seasons = try await seasons(
            """
            (\(studio?.value)::integer IS NULL OR season.studio_id = \(studio?.value)::integer)
            AND (season.valid_until IS NULL OR season.valid_until >= \(date.description)::text::date)
            AND season.trainer_id IN (
                SELECT id FROM trainer
                WHERE CASE WHEN \(trainer?.value)::integer IS NULL THEN retired_at IS NULL
                           ELSE id = \(trainer?.value)::integer END)
            """)
        return seasons.map(\.hours)
    }

    private func seasons(_ condition: SQL) async throws -> [HoursSeason] {
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
            WHERE \(condition)
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

    /// Stores a season; replaces a season that begins on the same date.
    ///
    /// Without a first date, a trainer's first hours at a studio have no beginning, and later ones begin today.
    ///
    /// - Returns: The season's primary key.
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

    /// Removes a season and its hours.
    func remove(_ season: HoursSeason.ID) async throws {
        try await connection.query("DELETE FROM hours_season WHERE id = \(season.value)")
    }
}

/// The rosters in the database: working hours, absences and closures of a range of days, as instants.
public struct RosterRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Reads the roster of a trainer, at all studios where the trainer works on these dates, together with the next
    /// statement.
    ///
    /// - Parameters:
    ///   - trainer: The trainer.
    ///   - dates: The local dates, in each studio's time zone.
    /// - Returns: The roster.
    public func sendRoster(of trainer: Trainer.ID, on dates: ClosedRange<LocalDate>) async -> Pending<Roster> {
        let studios: SQL = "(SELECT studio_id FROM hours_season WHERE trainer_id = \(trainer.value))"
        return await roster(
            shifts: "studio.id IN \(studios)", of: trainer, absences: "trainer_id = \(trainer.value)",
            closures: "studio_id IN \(studios)", on: dates
        ).map { roster in
            let studios = Set(roster.shifts.map(\.studio.id))
            return Roster(
                shifts: roster.shifts, absences: roster.absences,
                closures: roster.closures.filter { studios.contains($0.studio) })
        }
    }

    /// Returns the roster of a studio, of all trainers who work on these dates or of one.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - trainer: The trainer; `nil` means all trainers.
    ///   - dates: The local dates, in the studio's time zone.
    /// - Returns: The roster.
    /// - Throws: ``PostgresError``.
    public func roster(
        at studio: Studio.ID, of trainer: Trainer.ID? = nil, on dates: ClosedRange<LocalDate>
    ) async throws -> Roster {
        try await roster(
            shifts: "studio.id = \(studio.value)", of: trainer,
            absences: "trainer_id IN (SELECT trainer_id FROM hours_season WHERE studio_id = \(studio.value))",
            closures: "studio_id = \(studio.value)", on: dates
        ).map { roster in
            let trainers = Set(roster.shifts.map(\.trainer.id))
            return Roster(
                shifts: roster.shifts, absences: roster.absences.filter { trainers.contains($0.trainer) },
                closures: roster.closures)
        }.value()
    }

    private func shifts(
        _ studios: SQL, of trainer: Trainer.ID?, _ dates: ClosedRange<LocalDate>
    ) async -> Pending<[Roster.Shift]> {
        let (first, last) = (dates.lowerBound.description, dates.upperBound.description)
        return await connection.send(
            """
            SELECT trainer.id, trainer.handle, trainer.name, trainer.retired_at,
                   studio.id, studio.slug, studio.name, studio.time_zone, studio.region, lower(shift), upper(shift)
            FROM studio
            CROSS JOIN LATERAL trainer_hours(
                studio.id, \(trainer?.value), studio.time_zone, \(first)::text::date, \(last)::text::date) AS hours
            JOIN trainer ON trainer.id = hours.trainer_id
            CROSS JOIN LATERAL unnest(hours.worked) AS shift
            WHERE \(studios)
            ORDER BY lower(shift), trainer.handle
            """
        ).map { rows in
            try rows.map { row in
                Roster.Shift(
                    trainer: Session.TrainerName(
                        id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next()),
                    retiredAt: try row.next(),
                    studio: Session.Place(
                        id: Studio.ID(try row.next()), handle: try row.next(), name: try row.next(),
                        clock: try StudioClocks.clock(&row)),
                    during: try stretch(&row))
            }
        }
    }

    /// Reads the shifts, absences and closures that the conditions select, in one round trip.
    ///
    /// The dates are in the connection's time zone, which may differ
    /// from the studio's by up to 26 hours, so two more days on both sides are read.
    private func roster(
        shifts studios: SQL, of trainer: Trainer.ID?, absences: SQL, closures: SQL, on dates: ClosedRange<LocalDate>
    ) async -> Pending<Roster> {
        let shifts = await shifts(studios, of: trainer, dates)
        let from = dates.lowerBound.adding(days: -2).description
        let until = dates.upperBound.adding(days: 3).description
        let meetsDates: SQL = "during && tstzrange(\(from)::text::timestamptz, \(until)::text::timestamptz)"
        let timeOff = await connection.send(
            """
            SELECT trainer_id, lower(during), upper(during), reason
            FROM time_off
            WHERE \(absences) AND \(meetsDates)
            ORDER BY lower(during), id
            """
        ).map { rows in
            try rows.map { row in
                Roster.Absence(trainer: Trainer.ID(try row.next()), during: try stretch(&row), reason: try row.next())
            }
        }
        let closed = await connection.send(
            """
            SELECT studio_id, lower(during), upper(during), reason
            FROM closure
            WHERE \(closures) AND \(meetsDates)
            ORDER BY lower(during), id
            """
        ).map { rows in
            try rows.map { row in
                Roster.Closure(studio: Studio.ID(try row.next()), during: try stretch(&row), reason: try row.next())
            }
        }
        return Pending {
            Roster(
                shifts: try await shifts.value(), absences: try await timeOff.value(),
                closures: try await closed.value())
        }
    }
}

/// Reads the start and the end of a period.
private func stretch(_ row: inout Row) throws -> Range<Date> {
    let start = try row.next(Date.self)
    return start..<max(start, try row.next())
}
