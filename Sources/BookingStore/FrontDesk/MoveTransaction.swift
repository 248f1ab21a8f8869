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

    /// Returns the change, with the locks of the new time and of both trainers and studios.
    ///
    /// - Parameter session: The session, as it was read before.
    /// - Returns: The change.
    func change(of session: Session) -> SessionChange {
        SessionChange(
            action: .reschedule, reference: request.reference, known: session, reason: request.overrideReason
        ) { locks, session, _ in
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
    func run(_ session: Session, on connection: Connection) async throws -> AppliedChange {
        let sessions = SessionRepository(connection)
        if let replaced = request.replaced, !isToCome(session, of: replaced) {
            return .unchanged(session)
        }
        guard request.studio != nil || session.studio.id == studio.id else { throw SessionChangedStudio() }
        try SessionRules.assertChangeable(session, now: now)
        let start = request.start ?? session.startsAt
        let isSameStudio = session.studio.id == studio.id
        let isSameTrainer =
            request.replaced == nil && (request.trainer == nil || request.trainer?.id == session.trainer.id)
        if session.startsAt == start, isSameStudio, isSameTrainer {
            return .unchanged(session)
        }
        let choice = try await choose(at: start, for: session, on: connection)
        await sessions.move(
            session.id, to: start, at: studio.id, choice, overrideReason: request.overrideReason, now: now)
        let messages = SessionMessages(connection)
        let hasUnsentMove = await messages.supersede(session.id, because: .rescheduled)
        var event = SessionMessages.Event.moved
        // If the notice of an earlier move was not sent, the new notice must announce the time as well.
        if session.startsAt == start, isSameStudio, try await !hasUnsentMove.value() { event = .trainerChanged }
        try await messages.announce(event, of: session.id, at: now)
        return .changed(await sessions.planAndRead(session.reference, formerly: session, now: now))
    }

    private func isToCome(_ session: Session, of trainer: Trainer.ID) -> Bool {
        session.trainer.id == trainer && session.status == .booked && session.startsAt > now
            && session.startsAt == request.replacedAt ?? session.startsAt && session.studio.id == studio.id
    }

    private func choose(
        at start: Date, for session: Session, on connection: Connection
    ) async throws -> SlotChoice.Choice {
        if request.replaced != nil { return try await chooseReplacement(at: start, for: session, on: connection) }
        let present = session.studio.id == studio.id ? session.trainer.id : nil
        func choice(_ now: Date) -> SlotChoice {
            SlotChoice(
                connection: connection, studio: studio, trainer: request.trainer?.id ?? present, start: start, now: now,
                strictness: request.overrideReason == nil ? .all : .hardOnly, moving: session.id)
        }
        let held = await HoldRepository(connection).heldAt(for: session.id, start: start, now: now)
        var presentChoice = choice(now)
        await presentChoice.prefetch()
        // Notice does not apply to a slot that is held for this session: it was met when the slot was held.
        if start > now, let heldAt = try await held.value() { return try await choice(heldAt).choose() }
        return try await presentChoice.choose()
    }

    /// Returns another trainer for the same time, for which rules that were waived remain waived.
    private func chooseReplacement(
        at start: Date, for session: Session, on connection: Connection
    ) async throws -> SlotChoice.Choice {
        var choice = SlotChoice(
            connection: connection, studio: studio, trainer: request.trainer?.id, start: start, now: now,
            strictness: .sameTime, moving: session.id)
        choice.excluded = request.replaced
        return SlotChoice.Choice(
            trainer: try await choice.choose().trainer,
            waived: session.waivedRules.filter(SlotRules.timeRules.contains))
    }

    private func takeHours(at start: Date, in locks: inout BookingLocks) {
        locks.take(hoursOf: studio.id, during: studio.offer.occupied(from: start))
    }
}

/// The session was moved to another studio after the studio of a move was read; the move is tried again.
struct SessionChangedStudio: Error {}
