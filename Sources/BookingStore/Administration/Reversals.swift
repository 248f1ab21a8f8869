public import Booking
public import FoundationEssentials
import Postgres

/// Changes that reverse earlier ones: a closure, a retirement, a season of weekly hours.
extension Administration {
    /// Opens a studio for a period in which it is closed: closures are removed or shortened.
    ///
    /// - Parameters:
    ///   - handle: The studio.
    ///   - from: The start of the period.
    ///   - until: The end of the period, exclusive.
    ///   - now: The current time, which determines the future sessions.
    /// - Returns: The parts of closures that were removed, the closures that remain and are not over, and the booked
    ///   future sessions in the period.
    /// - Throws: ``NotFound`` if the studio does not exist or is not closed in that period, or ``PostgresError``.
    public func reopen(studio handle: Handle, from: Date, until: Date, now: Date) async throws -> Reopening {
        try await inTransaction { connection in
            let studios = StudioRepository(connection)
            let id = try await studios.named(handle).id
            await makeLocks { $0.change(studio: id) }.lock(on: connection)
            let removed = try await studios.removeClosures(of: id, from: from, until: until)
            guard !removed.isEmpty else { throw NotFound(.closure(of: handle)) }
            let sessions = try await SessionRepository(connection).booked(at: id, with: nil, meeting: from, until)
            return Reopening(
                removed: removed, remaining: try await studios.closures(of: id, after: now),
                affected: sessions.filter { $0.endsAt > now })
        }
    }

    /// Reverses a retirement, and returns the trainer's future sessions, which can take place again.
    ///
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func restore(trainer handle: Handle, now: Date) async throws -> [Session] {
        try await inTransaction(with: handle) { trainer, connection in
            try await TrainerRepository(connection).restore(trainer.id)
            guard trainer.retiredAt != nil else { return [] }
            return try await SessionRepository(connection).booked(
                at: nil, with: trainer.id, meeting: now, .distantFuture)
        }
    }

    /// Removes a season of a trainer's weekly hours, so that the earlier hours apply again.
    ///
    /// - Parameters:
    ///   - firstDate: The first date of the season.
    ///   - handle: The trainer.
    ///   - studio: The studio; `nil` means the trainer's home studio.
    ///   - now: The current time, which determines the future sessions.
    /// - Returns: The removed season, and the future sessions at the studio that are outside working hours.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func removeHours(
        from firstDate: LocalDate, of handle: Handle, at studio: Handle?, now: Date
    ) async throws -> (season: HoursSeason, affected: [Session]) {
        try await inTransaction(with: handle) { trainer, connection in
            let studio = try await StudioRepository(connection).named(studio ?? trainer.homeStudio)
            let repository = HoursRepository(connection)
            let season = try await repository.seasons(of: trainer.id)
                .first { $0.studio == studio.handle.text && $0.from == firstDate }
            guard let season else { throw NotFound(.season(firstDate, of: handle, at: studio.handle)) }
            try await repository.remove(season.id)
            let affected = try await SessionRepository(connection).outsideHours(
                of: trainer.id, at: studio.id, after: now)
            return (season, affected)
        }
    }

    /// Returns the booked sessions of a trainer that are not over, so that a change of them can be confirmed.
    ///
    /// - Parameters:
    ///   - handle: The trainer.
    ///   - studio: The studio; `nil` means all studios.
    ///   - from: The start of the period.
    ///   - until: The end of the period, exclusive.
    /// - Returns: The sessions, by start.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func bookedSessions(
        of handle: Handle, at studio: Studio.ID? = nil, from: Date, until: Date = .distantFuture
    ) async throws -> [Session] {
        try await database.withConnection { connection in
            let trainer = try await TrainerRepository(connection).named(handle)
            return try await SessionRepository(connection).booked(
                at: studio, with: trainer.id, meeting: from, until)
        }
    }
}

/// The result of opening a studio for a period in which it was closed.
public struct Reopening: Sendable {
    /// The removed closures and parts of closures, by start.
    public let removed: [Closure]
    /// The closures that remain and are not over, by start.
    public let remaining: [Closure]
    /// The booked future sessions in the period, by start.
    public let affected: [Session]
}
