public import Booking
import FoundationEssentials
import Postgres

/// The outcome of a move.
public struct MoveResult: Sendable {
    /// The session.
    public let session: Session
    /// `false` where the session already was at that time with that trainer, so that nothing changed.
    public let moved: Bool
}

/// One move of a session to another time or trainer, inside one transaction.
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
    private var free: Date {
        start + TimeInterval((studio.offer.sessionMinutes + studio.offer.turnaroundMinutes) * 60)
    }

    func run() async throws -> MoveResult {
        let before = try await sessions.named(reference)
        try await acquireLocks(before)
        let session = try await sessions.locked(reference)
        try SessionRules.assertChangeable(session, now: now)
        if session.trainer.id != before.trainer.id {
            // Somebody else moved it while we waited: the trainer it has now is not ours yet.
            var work = BookingLocks(actor: actor)
            work.take(trainers: session.trainer.id)
            try await work.lock(on: connection)
        }
        if session.startsAt == start, trainer == nil || trainer?.id == session.trainer.id {
            return MoveResult(session: session, moved: false)
        }
        let present = try await TrainerRepository(connection).named(Handle(session.trainer.handle))
        let choice = try await SlotChoice(
            connection: connection, studio: studio, trainer: trainer ?? present, start: start, now: now,
            strictness: overrideReason == nil ? .all : .hardOnly, moving: session.id
        ).choose()
        try await write(session.id, choice)
        let messages = SessionMessages(connection)
        let hasUnsentMove = try await messages.supersede(session.id, because: .rescheduled)
        // Whoever has not heard of the new time yet hears of it, whatever else has changed since.
        let isSameTime = session.startsAt == start && session.trainer.id != choice.trainer && !hasUnsentMove
        try await messages.announce(isSameTime ? .trainerChanged : .moved, of: session.id, at: now)
        return MoveResult(session: try await sessions.planAndRead(session.id, now: now), moved: true)
    }

    private func acquireLocks(_ session: Session) async throws {
        var work = BookingLocks(actor: actor, reason: overrideReason)
        var contacts = Contacts()
        contacts.add(session.client.email)
        contacts.add(session.client.phone)
        work.read(studio: studio.id)
        work.take(person: contacts)
        work.take(hoursOf: studio.id, from: start, until: free)
        work.take(trainers: session.trainer.id, trainer?.id ?? session.trainer.id)
        try await work.begin(on: connection)
    }

    private func write(_ id: Session.ID, _ choice: SlotChoice.Choice) async throws {
        try await connection.query(
            """
            UPDATE session
            SET trainer_id = \(choice.trainer.value),
                station = free_station(place.id, place.occupied, session.id),
                starts_at = \(start),
                ends_at = place.ends_at,
                occupied = place.occupied,
                revision = revision + 1,
                -- ClientIdentifier said yes to a time has not said it to another.
                confirmed_at = CASE WHEN starts_at = \(start) THEN confirmed_at END,
                arranged_at = \(now),
                -- Rules about the person stay waived; those about the time are judged again.
                waived_rules = ARRAY(
                    SELECT rule
                    FROM unnest(session.waived_rules) AS rule
                    WHERE rule IN ('intro_already_booked', 'intro_already_used', 'too_many_no_shows')
                ) || \(choice.waived.map(\.rawValue)),
                override_reason = coalesce(\(overrideReason), override_reason)
            FROM (
                SELECT id,
                       \(start) + make_interval(mins => session_minutes) AS ends_at,
                       tstzrange(
                           \(start), \(start) + make_interval(mins => session_minutes + turnaround_minutes)
                       ) AS occupied
                FROM studio
            ) AS place
            WHERE session.id = \(id.value)
              AND place.id = session.studio_id
            """)
    }
}
