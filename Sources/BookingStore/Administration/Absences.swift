public import Booking
public import FoundationEssentials
import Postgres

/// The time off of trainers.
extension Administration {
    /// Adds an absence of a trainer.
    ///
    /// Returns the absence, and the sessions that are booked in it.
    ///
    /// - Parameters:
    ///   - handle: The trainer.
    ///   - from: The start.
    ///   - until: The end.
    ///   - reason: The reason, shown to the desk.
    ///   - reusesExisting: Whether an absence that covers the period is returned instead of a new one.
    ///   - isDryRun: Whether nothing is stored; a new absence has the number 0 then.
    /// - Returns: The absence, whether it was added before, and the sessions.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func away(
        _ handle: Handle, from: Date, until: Date, reason: String?, reusesExisting: Bool = false,
        isDryRun: Bool = false
    ) async throws -> (absence: TimeOff, alreadyExists: Bool, booked: [Session]) {
        try await inTransaction(with: handle) { trainer, connection in
            let absences = TimeOffRepository(connection)
            let present = reusesExisting ? try await absences.all(of: trainer.id, after: from) : []
            let known = present.first { $0.from <= from && $0.until >= until }
            let absence =
                if let known { known } else if isDryRun {
                    TimeOff(number: 0, from: from, until: until, reason: reason)
                } else {
                    try await absences.insert(trainer.id, from: from, until: until, reason: reason)
                }
            return (
                absence, known != nil,
                try await SessionRepository(connection).booked(at: nil, with: trainer.id, meeting: from, until)
            )
        }
    }

    /// Removes an absence, and returns it.
    ///
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func removeAbsence(_ number: Int64, of handle: Handle) async throws -> TimeOff {
        try await inTransaction(with: handle) { trainer, connection in
            guard let absence = try await TimeOffRepository(connection).remove(number, of: trainer.id) else {
                throw NotFound(.absence(number, of: handle))
            }
            return absence
        }
    }
}
