public import Booking
public import FoundationEssentials
import Postgres

/// A request to move a session to another time, trainer or studio.
public struct MoveRequest: Sendable {
    /// The session's reference.
    public let reference: Reference
    /// The new start; `nil` keeps the current one.
    public var start: Date?
    /// The new trainer; `nil` keeps the current one, or chooses as a booking does if the studio changes.
    public var trainer: Trainer?
    /// The new studio; `nil` keeps the current one.
    public var studio: Studio?
    /// The reason for waiving the soft rules; `nil` applies every rule.
    public var overrideReason: String?

    /// Creates a request that changes nothing yet.
    public init(_ reference: Reference) {
        self.reference = reference
    }
}

/// The outcome of a move.
public struct MoveResult: Sendable {
    /// The session.
    public let session: Session
    /// Whether the session moved; `false` if it already had that time and trainer.
    public let moved: Bool
}

/// The transaction of one move of a session to another time, trainer or studio.
struct MoveTransaction {
    let connection: Connection
    let actor: String
    let request: MoveRequest
    /// The studio after the move.
    let studio: Studio
    let now: Date

    private var sessions: SessionRepository { SessionRepository(connection) }

    func run() async throws -> MoveResult {
        let before = try await sessions.named(request.reference)
        try await acquireLocks(before)
        let session = try await sessions.locked(request.reference)
        try SessionRules.assertChangeable(session, now: now)
        try await lockChanges(from: before, to: session)
        let start = request.start ?? session.startsAt
        let isSameStudio = session.studio.id == studio.id
        if session.startsAt == start, isSameStudio, request.trainer == nil || request.trainer?.id == session.trainer.id
        {
            return MoveResult(session: session, moved: false)
        }
        let choice = try await choose(at: start, for: session)
        try await sessions.move(
            session.id, to: start, at: studio.id, choice, overrideReason: request.overrideReason, now: now)
        let messages = SessionMessages(connection)
        let hasUnsentMove = try await messages.supersede(session.id, because: .rescheduled)
        // If the notice of an earlier move was not sent, the new notice must announce the time as well.
        let isOtherTrainerOnly = session.startsAt == start && isSameStudio && !hasUnsentMove
        try await messages.announce(isOtherTrainerOnly ? .trainerChanged : .moved, of: session.id, at: now)
        return MoveResult(session: try await sessions.planAndRead(session.id, now: now), moved: true)
    }

    private func choose(at start: Date, for session: Session) async throws -> SlotChoice.Choice {
        var trainer = request.trainer
        if trainer == nil, session.studio.id == studio.id {
            trainer = try await TrainerRepository(connection).named(Handle(session.trainer.handle))
        }
        return try await SlotChoice(
            connection: connection, studio: studio, trainer: trainer, start: start, now: now,
            strictness: request.overrideReason == nil ? .all : .hardOnly, moving: session.id
        ).choose()
    }

    private func acquireLocks(_ session: Session) async throws {
        var locks = BookingLocks(actor: actor, reason: request.overrideReason)
        var contacts = Contacts()
        contacts.add(session.client.email)
        contacts.add(session.client.phone)
        locks.read(studios: session.studio.id, studio.id)
        locks.take(person: contacts)
        takeHours(at: request.start ?? session.startsAt, in: &locks)
        locks.take(trainers: session.trainer.id, request.trainer?.id ?? session.trainer.id)
        try await locks.begin(on: connection)
    }

    /// Takes the locks that are missing because another transaction changed the session while this one waited.
    private func lockChanges(from before: Session, to session: Session) async throws {
        var locks = BookingLocks(actor: actor)
        if request.start == nil, session.startsAt != before.startsAt { takeHours(at: session.startsAt, in: &locks) }
        if session.trainer.id != before.trainer.id { locks.take(trainers: session.trainer.id) }
        if !locks.locks.isEmpty { try await locks.lock(on: connection) }
    }

    private func takeHours(at start: Date, in locks: inout BookingLocks) {
        let minutes = studio.offer.sessionMinutes + studio.offer.turnaroundMinutes
        locks.take(hoursOf: studio.id, from: start, until: start + TimeInterval(minutes * 60))
    }
}
