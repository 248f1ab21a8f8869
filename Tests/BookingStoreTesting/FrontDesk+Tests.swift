public import Booking
public import BookingStore
public import Foundation

/// Shorter forms of the operations, for tests that are not about their requests.
extension FrontDesk {
    /// Moves a session.
    public func reschedule(
        _ reference: Reference, to start: Date, with trainer: Trainer?, overrideReason: String?, now: Date
    ) async throws -> ChangeResult {
        var move = MoveRequest(reference)
        move.start = start
        move.trainer = trainer
        move.overrideReason = overrideReason
        return try await reschedule(move, ChangeRequest(now: now))
    }

    /// Cancels a session for the client.
    public func cancel(_ reference: Reference, reason: String?, now: Date) async throws -> Session {
        try await cancel(reference, reason: reason, ChangeRequest(now: now)).session
    }

    /// Marks a session, as if its time had come.
    public func close(_ reference: Reference, as outcome: Session.Status) async throws -> Session {
        try await mark(reference, as: outcome, ChangeRequest(now: .distantFuture)).session
    }

    /// Confirms a session for the client.
    public func confirm(_ reference: Reference, now: Date) async throws -> Session {
        try await confirm(reference, ChangeRequest(now: now)).session
    }
}
