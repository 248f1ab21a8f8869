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
    ///   - reusesExisting: Whether an absence that covers the period is returned instead of a new one. Otherwise only one
    ///     with the same period and reason is.
    ///   - isDryRun: Whether nothing is stored; the number of a new absence is not used then.
    /// - Returns: The absence, whether it was added before, and the sessions.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func away(
        _ handle: Handle, from: Date, until: Date, reason: String?, reusesExisting: Bool = false,
        isDryRun: Bool = false
    ) async throws -> (absence: TimeOff, alreadyExists: Bool, booked: [Session]) {
        do {
            return try await inTransaction(with: handle) { trainer, connection in
                let absences = TimeOffRepository(connection)
                let known = try await absences.all(of: trainer.id, after: from).first { present in
                    reusesExisting
                        ? present.from <= from && present.until >= until
                        : present.from == from && present.until == until && present.reason == reason
                }
                let absence =
                    if let known { known } else {
                        try await absences.insert(trainer.id, from: from, until: until, reason: reason)
                    }
                let result = (
                    absence, known != nil,
                    try await SessionRepository(connection).booked(at: nil, with: trainer.id, meeting: from, until)
                )
                if isDryRun { throw DryRun(result: result) }
                return result
            }
        } catch let dryRun as DryRun<(TimeOff, Bool, [Session])> {
            return dryRun.result
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
