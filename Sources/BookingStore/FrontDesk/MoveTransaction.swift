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
    /// The absent trainer whose session another trainer takes at the same time; `nil` for other moves.
    ///
    /// If the session is no longer one to come of this trainer, it is not moved.
    var replaced: Trainer.ID?
    /// The start at which the absent trainer's session was found; a session that was moved since is not moved again.
    var replacedAt: Date?

    /// Creates a request that changes nothing yet.
    public init(_ reference: Reference) {
        self.reference = reference
    }
}

/// The move of a session to another time, trainer or studio.
struct MoveTransaction {
    let request: MoveRequest
    /// The studio after the move.
    let studio: Studio
    let now: Date

    /// The change, with the locks of the new time and of both trainers and studios.
    var change: SessionChange {
        SessionChange(action: .reschedule, reference: request.reference, reason: request.overrideReason) {
            locks, session, _ in
            var locks = locks
            var contacts = Contacts()
            contacts.add(session.client)
            locks.read(studios: session.studio.id, studio.id)
            locks.take(person: contacts)
            takeHours(at: request.start ?? session.startsAt, in: &locks)
            // The time of a replaced trainer only becomes free: without this lock, the order of the locks is kept.
            let present = request.replaced == nil ? [session.trainer.id] : []
            locks.take(trainers: present + (request.trainer.map { [$0.id] } ?? []))
            return locks
        }
    }

    /// Moves the session, whose row is locked.
    func run(_ session: Session, on connection: Connection) async throws -> ChangeResult {
        let sessions = SessionRepository(connection)
        if let replaced = request.replaced, !isToCome(session, of: replaced) {
            return ChangeResult(session: session, changed: false)
        }
        guard request.studio != nil || session.studio.id == studio.id else { throw SessionChangedStudio() }
        try SessionRules.assertChangeable(session, now: now)
        let start = request.start ?? session.startsAt
        let isSameStudio = session.studio.id == studio.id
        let isSameTrainer =
            request.replaced == nil && (request.trainer == nil || request.trainer?.id == session.trainer.id)
        if session.startsAt == start, isSameStudio, isSameTrainer {
            return ChangeResult(session: session, changed: false)
        }
        let choice = try await choose(at: start, for: session, on: connection)
        try await sessions.move(
            session.id, to: start, at: studio.id, choice, overrideReason: request.overrideReason, now: now)
        let messages = SessionMessages(connection)
        let hasUnsentMove = try await messages.supersede(session.id, because: .rescheduled)
        // If the notice of an earlier move was not sent, the new notice must announce the time as well.
        let isOtherTrainerOnly = session.startsAt == start && isSameStudio && !hasUnsentMove
        try await messages.announce(isOtherTrainerOnly ? .trainerChanged : .moved, of: session.id, at: now)
        return ChangeResult(
            session: try await sessions.planAndRead(session.id, formerly: session, now: now), changed: true)
    }

    private func isToCome(_ session: Session, of trainer: Trainer.ID) -> Bool {
        session.trainer.id == trainer && session.status == .booked && session.startsAt > now
            && session.startsAt == request.replacedAt ?? session.startsAt && session.studio.id == studio.id
    }

    private func choose(
        at start: Date, for session: Session, on connection: Connection
    ) async throws -> SlotChoice.Choice {
        if request.replaced != nil { return try await chooseReplacement(at: start, for: session, on: connection) }
        var trainer = request.trainer
        if trainer == nil, session.studio.id == studio.id {
            trainer = try await TrainerRepository(connection).named(Handle(session.trainer.handle))
        }
        // Notice does not apply to a slot that is held for this session: it was met when the slot was held.
        let heldAt = try await HoldRepository(connection).heldAt(for: session.id, start: start, now: now)
        return try await SlotChoice(
            connection: connection, studio: studio, trainer: trainer, start: start,
            now: start > now ? heldAt ?? now : now,
            strictness: request.overrideReason == nil ? .all : .hardOnly, moving: session.id
        ).choose()
    }

    /// Returns another trainer for the same time, for which rules that were waived remain waived.
    private func chooseReplacement(
        at start: Date, for session: Session, on connection: Connection
    ) async throws -> SlotChoice.Choice {
        var choice = SlotChoice(
            connection: connection, studio: studio, trainer: request.trainer, start: start, now: now,
            strictness: .sameTime, moving: session.id)
        choice.excluded = request.replaced
        return SlotChoice.Choice(
            trainer: try await choice.choose().trainer,
            waived: session.waivedRules.filter(SlotRules.timeRules.contains))
    }

    private func takeHours(at start: Date, in locks: inout BookingLocks) {
        let minutes = studio.offer.sessionMinutes + studio.offer.turnaroundMinutes
        locks.take(hoursOf: studio.id, from: start, until: start + TimeInterval(minutes * 60))
    }
}

/// The session was moved to another studio after the studio of a move was read; the move is tried again.
struct SessionChangedStudio: Error {}
