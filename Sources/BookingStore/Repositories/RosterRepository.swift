public import Booking
import FoundationEssentials
public import Postgres

/// Reads rosters: working hours, time off and closures of some days, as instants.
public struct RosterRepository: Sendable {
    let connection: Connection

    /// Reads through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// One trainer's roster, at every studio.
    ///
    /// - Parameters:
    ///   - trainer: The trainer.
    ///   - dates: The local dates, on each studio's calendar.
    /// - Returns: The roster.
    /// - Throws: ``PostgresError``.
    public func roster(of trainer: Trainer.ID, on dates: ClosedRange<LocalDate>) async throws -> Roster {
        let shifts = try await shifts(
            "studio.id IN (SELECT studio_id FROM hours_season WHERE trainer_id = \(trainer.value))", of: trainer, dates)
        return try await roster(shifts, trainers: [trainer], studios: Set(shifts.map(\.studio.id)), on: dates)
    }

    /// One studio's roster, of every trainer or of one.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - trainer: The trainer; `nil` is everybody.
    ///   - dates: The local dates on the studio's calendar.
    /// - Returns: The roster.
    /// - Throws: ``PostgresError``.
    public func roster(
        at studio: Studio.ID, of trainer: Trainer.ID? = nil, on dates: ClosedRange<LocalDate>
    ) async throws -> Roster {
        let shifts = try await shifts("studio.id = \(studio.value)", of: trainer, dates)
        return try await roster(shifts, trainers: Set(shifts.map(\.trainer.id)), studios: [studio], on: dates)
    }

    private func shifts(
        _ studios: SQL, of trainer: Trainer.ID?, _ dates: ClosedRange<LocalDate>
    ) async throws -> [Roster.Shift] {
        let (first, last) = (dates.lowerBound.description, dates.upperBound.description)
        return try await connection.query(
            """
            SELECT trainer.id, trainer.handle, trainer.name, trainer.retired_at,
                   studio.id, studio.slug, studio.name, studio.time_zone, lower(shift), upper(shift)
            FROM studio
            CROSS JOIN LATERAL rota(
                studio.id, \(trainer?.value), studio.time_zone, \(first)::text::date, \(last)::text::date) AS rota
            JOIN trainer ON trainer.id = rota.trainer_id
            CROSS JOIN LATERAL unnest(rota.worked) AS shift
            WHERE \(studios)
            ORDER BY lower(shift), trainer.handle
            """
        ).map { row in
            Roster.Shift(
                trainer: Session.TrainerName(
                    id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next()),
                retiredAt: try row.next(),
                studio: Session.Place(
                    id: Studio.ID(try row.next()), handle: try row.next(), name: try row.next(),
                    clock: try StudioClocks.clock(of: row.next())),
                during: try stretch(&row))
        }
    }

    /// Adds time off and closures.
    ///
    /// The dates are read in the connection's zone, which is up to 26 hours away from the studio's: two more days on both
    /// sides are enough.
    private func roster(
        _ shifts: [Roster.Shift], trainers: Set<Trainer.ID>, studios: Set<Studio.ID>, on dates: ClosedRange<LocalDate>
    ) async throws -> Roster {
        let from = dates.lowerBound.adding(days: -2).description
        let until = dates.upperBound.adding(days: 3).description
        let absences = try await connection.query(
            """
            SELECT trainer_id, lower(during), upper(during), reason
            FROM time_off
            WHERE trainer_id = ANY (\(trainers.map(\.value).sorted()))
              AND during && tstzrange(\(from)::text::timestamptz, \(until)::text::timestamptz)
            ORDER BY lower(during), id
            """
        ).map { row in
            Roster.Absence(trainer: Trainer.ID(try row.next()), during: try stretch(&row), reason: try row.next())
        }
        let closures = try await connection.query(
            """
            SELECT studio_id, lower(during), upper(during), reason
            FROM closure
            WHERE studio_id = ANY (\(studios.map(\.value).sorted()))
              AND during && tstzrange(\(from)::text::timestamptz, \(until)::text::timestamptz)
            ORDER BY lower(during), id
            """
        ).map { row in
            Roster.Closure(studio: Studio.ID(try row.next()), during: try stretch(&row), reason: try row.next())
        }
        return Roster(shifts: shifts, absences: absences, closures: closures)
    }
}

/// Reads the two ends of a stretch of time, which every stored range has in order.
private func stretch(_ row: inout Row) throws -> Range<Date> {
    let start = try row.next(Date.self)
    return start..<max(start, try row.next())
}
