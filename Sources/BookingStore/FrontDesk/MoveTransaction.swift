public import Booking
import FoundationEssentials
import Postgres

/// The outcome of a move.
public struct MoveResult: Sendable {
    /// The session.
    public let session: Session
    /// Whether the session moved; `false` if it already had that time and trainer.
    public let moved: Bool
}

/// The transaction of one move of a session to another time or trainer.
struct MoveTransaction {
    let connection: Connection
    let actor: String
    let reference: Reference
    let studio: Studio
    let start: Date
    let trainer: Trainer?
    let overrideReason: String?
    let now: Date

    private var sessions: SessionRepository { SessionRepository(connection) }
    private var occupiedUntil: Date {
        start + TimeInterval((studio.offer.sessionMinutes + studio.offer.turnaroundMinutes) * 60)
    }

    func run() async throws -> MoveResult {
        let before = try await sessions.named(reference)
        try await acquireLocks(before)
        let session = try await sessions.locked(reference)
        try SessionRules.assertChangeable(session, now: now)
        if session.trainer.id != before.trainer.id {
            // Another transaction changed the trainer while this one waited, so the current trainer is not locked yet.
            var locks = BookingLocks(actor: actor)
            locks.take(trainers: session.trainer.id)
            try await locks.lock(on: connection)
        }
        if session.startsAt == start, trainer == nil || trainer?.id == session.trainer.id {
            return MoveResult(session: session, moved: false)
        }
        let present = try await TrainerRepository(connection).named(Handle(session.trainer.handle))
        let choice = try await SlotChoice(
            connection: connection, studio: studio, trainer: trainer ?? present, start: start, now: now,
            strictness: overrideReason == nil ? .all : .hardOnly, moving: session.id
        ).choose()
        try await sessions.move(session.id, to: start, choice, overrideReason: overrideReason, now: now)
        let messages = SessionMessages(connection)
        let hasUnsentMove = try await messages.supersede(session.id, because: .rescheduled)
        // If the notice of an earlier move was not sent, the new notice must announce the time as well.
        let isSameTime = session.startsAt == start && session.trainer.id != choice.trainer && !hasUnsentMove
        try await messages.announce(isSameTime ? .trainerChanged : .moved, of: session.id, at: now)
        return MoveResult(session: try await sessions.planAndRead(session.id, now: now), moved: true)
    }

    private func acquireLocks(_ session: Session) async throws {
        var locks = BookingLocks(actor: actor, reason: overrideReason)
        var contacts = Contacts()
        contacts.add(session.client.email)
        contacts.add(session.client.phone)
        locks.read(studio: studio.id)
        locks.take(person: contacts)
        locks.take(hoursOf: studio.id, from: start, until: occupiedUntil)
        locks.take(trainers: session.trainer.id, trainer?.id ?? session.trainer.id)
        try await locks.begin(on: connection)
    }
}
