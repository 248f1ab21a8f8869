import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// The ledger operations of a sender: it claims messages, attempts each at most once per run, and records the outcomes.
///
/// A row is `attempting` from just before it is passed to its transport until its outcome is recorded. A sender holds a
/// lock on its run, which the server releases when the sender's connection ends; messages that a run without a lock was
/// attempting become unknown.
public struct DeliveryRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Claims due messages of a channel, the longest due first.
    ///
    /// Each message is evaluated again: one that is out of date is skipped. The limit is part of the SQL text: as a
    /// parameter, it would prevent a cached plan (see ``isDue(_:_:unattemptedBy:)``).
    ///
    /// - Parameters:
    ///   - run: The sender's run.
    ///   - channel: The channel.
    ///   - until: Messages due later are not claimed.
    ///   - now: The time of the evaluation.
    ///   - limit: The maximum number of messages.
    /// - Returns: The claimed messages.
    /// - Throws: `PostgresError`, or `CancellationError` if nothing was claimed.
    public func take(_ run: Int32, by channel: Channel, until: Date, now: Date, limit: Int) async throws -> MessageBatch
    {
        let rows = try await connection.query(Self.claimStatement(run, channel, until, now, limit))
        // The claim is committed. A cancelled sender needs the messages, because it returns them to the queue.
        return try await runToCompletion { try await batch(of: rows) }
    }

    /// Returns claimed messages with the data that other queries read.
    private func batch(of rows: Rows) async throws -> MessageBatch {
        var (batch, days) = try MessageBatchReader.batch(rows)
        try await addNotes(to: &batch)
        for day in days {
            batch.messages.append(
                day.messageColumns.claimedMessage(about: .day(try await trainerDigest(of: day.trainer, day.date))))
        }
        return batch
    }

    /// Adds the notes about the clients to the messages that announce changes to trainers.
    private func addNotes(to batch: inout MessageBatch) async throws {
        let notes = ClientNoteRepository(connection)
        for index in batch.messages.indices {
            guard case .changes(var changes) = batch.messages[index].subject else { continue }
            for number in changes.changes.indices {
                let client = changes.changes[number].session.client.id
                changes.changes[number].session.notes = try await notes.notes(about: client)
            }
            batch.messages[index].subject = .changes(changes)
        }
    }

    /// Returns the statement that claims, evaluates and marks messages, and returns the claimed ones.
    private static func claimStatement(_ run: Int32, _ channel: Channel, _ until: Date, _ now: Date, _ limit: Int)
        -> SQL
    {
        """
        WITH \(locking(run, channel, until, limit)),
        -- Materialized: the result is used in several places below, and would be computed for each of them.
        eligibility AS MATERIALIZED (
            SELECT eligibility.*
            FROM due
            JOIN message_eligibility(\(now)) AS eligibility ON eligibility.id = due.id
        ),
        taken AS (
            \(marking(run, now))
        )
        SELECT \(MessageBatchReader.columns)
        FROM taken AS m
        JOIN studio AS st ON st.id = m.studio_id
        LEFT JOIN session AS s ON s.id = m.session_id
        LEFT JOIN client AS c ON c.id = s.client_id
        LEFT JOIN trainer AS t ON t.id = s.trainer_id
        LEFT JOIN trainer AS own ON own.id = m.trainer_id
        ORDER BY m.due_at, m.id
        """
    }

    /// Returns the queries that lock due messages; the last one, `due`, has their IDs.
    private static func locking(_ run: Int32, _ channel: Channel, _ until: Date, _ limit: Int) -> SQL {
        """
        first AS (
            SELECT m.id, m.trainer_id, m.session_id
            FROM message AS m
            WHERE \(isDue(channel, until, unattemptedBy: run))
              AND \(isFirstNotice(until, unattemptedBy: run))
            ORDER BY coalesce(m.wait_until, m.due_at), m.id
            LIMIT \(unsafeSQL: String(limit))
            FOR UPDATE SKIP LOCKED
        ),
        -- The other notices to the same trainers, which are part of the same messages.
        others AS (
            SELECT m.id
            FROM first
            JOIN message AS m ON m.trainer_id = first.trainer_id AND m.id <> first.id
            WHERE first.session_id IS NOT NULL
              AND m.session_id IS NOT NULL
              AND \(isDue(channel, until, unattemptedBy: run))
            FOR UPDATE OF m SKIP LOCKED
        ),
        due AS (
            SELECT id FROM first
            UNION ALL
            SELECT id FROM others
        )
        """
    }

    /// Returns the statement that marks evaluated messages as attempting, postponed or skipped.
    ///
    /// A message whose session cannot take place is postponed until its deadline; planning releases it earlier.
    private static func marking(_ run: Int32, _ now: Date) -> SQL {
        """
        UPDATE message AS m
        SET run_id = \(run),
            status = CASE
                WHEN eligibility.goes THEN 'attempting'
                WHEN eligibility.wait_until IS NOT NULL THEN 'queued'
                ELSE 'skipped'
            END,
            reason = CASE WHEN NOT eligibility.goes THEN coalesce(eligibility.reason, 'quiet_hours') END,
            wait_until = eligibility.wait_until,
            attempts = m.attempts + eligibility.goes::integer,
            attempted_at = CASE WHEN eligibility.goes THEN \(now) ELSE m.attempted_at END,
            recipient = CASE WHEN eligibility.goes THEN eligibility.address END
        FROM (SELECT *, reason IS NULL AND wait_until IS NULL AS goes FROM eligibility) AS eligibility
        WHERE m.id = eligibility.id
        RETURNING m.id, m.rule, m.channel, m.audience, m.revision, m.status, m.reason, m.session_id, m.studio_id,
                  m.trainer_id, m.day, m.due_at, m.attempts, m.copy, m.former_start, eligibility.address, eligibility.template,
                  eligibility.language, eligibility.deadline
        """
    }

    /// Returns a trainer's booked sessions that can take place, on a date of the home studio's calendar.
    func trainerDigest(of trainer: Trainer.ID, _ date: LocalDate) async throws -> TrainerDigest {
        let (name, home) = try await connection.query(
            """
            SELECT t.handle, t.name, st.id, st.slug, st.name, st.time_zone, st.region
            FROM trainer AS t
            JOIN studio AS st ON st.id = t.home_studio_id
            WHERE t.id = \(trainer.value)
            """
        ).map { row in
            let name = Session.TrainerName(id: trainer, handle: try row.next(), name: try row.next())
            let home = Session.Place(
                id: Studio.ID(try row.next()), handle: try row.next(), name: try row.next(),
                clock: try StudioClocks.clock(&row))
            return (name, home)
        }[0]
        let clock = home.clock
        let sessions = try await SessionRepository(connection).all(
            of: trainer, from: clock.startOfDay(date), until: clock.startOfDay(date.adding(days: 1)))
        return TrainerDigest(
            trainer: name, studio: home, date: date,
            sessions: sessions.filter { $0.status == .booked && !$0.isImpossible })
    }

    /// Records the outcomes of messages that this run claimed, even if they were marked as unknown meanwhile.
    ///
    /// This commit does not wait for the disk: the next claim does, or the end of the run (``endRun(_:)``), and all
    /// earlier commits are then durable too. If the server crashes in between, only outcomes are lost: the message is
    /// still `attempting`, and becomes unknown. A sender reports messages as sent only after its run has ended.
    public func record(_ records: [DeliveryRecord], by run: Int32, at now: Date) async throws {
        guard !records.isEmpty else { return }
        try await suppress(records.filter { $0.suppression != nil }, by: run, at: now)
        try await connection.query(
            """
            UPDATE message AS m
            SET status = outcome.status,
                reason = outcome.reason,
                reply = outcome.reply,
                wait_until = outcome.wait_until,
                subject = outcome.subject,
                body = outcome.body,
                provider_id = outcome.provider_id,
                attempts = m.attempts - (NOT outcome.was_attempted)::integer,
                attempted_at = CASE
                    WHEN outcome.was_attempted OR outcome.status = 'failed' OR m.attempts > 1 THEN m.attempted_at
                END,
                -- Queued without a reason: it was not tried, and this run may still claim it again.
                run_id = CASE WHEN outcome.status <> 'queued' OR outcome.reason IS NOT NULL THEN m.run_id END,
                recipient = CASE WHEN outcome.status <> 'queued' THEN m.recipient END,
                sent_at = CASE WHEN outcome.status = 'sent' THEN \(now) END
            FROM unnest(
                \(records.map(\.message)), \(records.map(\.status.rawValue)), \(records.map(\.reason?.rawValue)),
                \(records.map(\.reply)), \(records.map(\.waitUntil)), \(records.map(\.copy?.subject)),
                \(records.map(\.copy?.body)), \(records.map(\.providerID)), \(records.map(\.wasAttempted))
            ) AS outcome (id, status, reason, reply, wait_until, subject, body, provider_id, was_attempted),
                set_config('synchronous_commit', 'off', true)
            WHERE m.id = outcome.id
              AND m.run_id = \(run)
              AND m.status IN ('attempting', 'unknown')
            """)
        let providerIDs = records.compactMap(\.providerID)
        if !providerIDs.isEmpty { try await TextStatusRepository(connection).applyEarly(providerIDs, now: now) }
    }

    /// Blocks the addresses that a server has permanently refused.
    private func suppress(_ records: [DeliveryRecord], by run: Int32, at now: Date) async throws {
        guard !records.isEmpty else { return }
        try await connection.query(
            """
            INSERT INTO suppression (channel, address, reason, detail, at, actor)
            SELECT m.channel, lower(m.recipient), rejection.reason, rejection.reply, \(now), run.actor
            FROM unnest(
                \(records.map(\.message)), \(records.map(\.suppression?.rawValue)), \(records.map(\.reply))
            ) AS rejection (id, reason, reply)
            JOIN message AS m ON m.id = rejection.id AND m.recipient IS NOT NULL
            JOIN delivery_run AS run ON run.id = m.run_id AND run.id = \(run)
            ON CONFLICT ON CONSTRAINT suppression_key DO NOTHING
            """)
    }

    /// The condition of messages `m` that are claimed by themselves: all but the later ones of several notices to one
    /// trainer, which are claimed with the first.
    ///
    /// Two senders thus never claim notices to the same trainer at the same time. A notice that this run cannot claim, as
    /// after a restore, does not delay the others.
    private static func isFirstNotice(_ until: Date, unattemptedBy run: Int32) -> SQL {
        """
        (m.trainer_id IS NULL
         OR m.session_id IS NULL
         OR NOT EXISTS (
             SELECT FROM message AS earlier
             WHERE \(isDue("earlier", until, unattemptedBy: run))
               AND earlier.trainer_id = m.trainer_id
               AND earlier.channel = m.channel
               AND earlier.session_id IS NOT NULL
               AND (coalesce(earlier.wait_until, earlier.due_at), earlier.id)
                   < (coalesce(m.wait_until, m.due_at), m.id)))
        """
    }

    /// Returns the condition of messages that a run may claim: not yet attempted by it or a later run, and not held
    /// after a restore.
    ///
    /// Without this condition, two senders would claim a message that the server postpones in turn, again and again.
    ///
    /// The subqueries hide the values from the planner. With visible values, the planner estimates each custom plan as
    /// slightly cheaper than the generic plan, and plans each batch again, which takes longer than the batch.
    static func isDue(_ channel: Channel, _ until: Date, unattemptedBy run: Int32) -> SQL {
        "\(isDue("m", until, unattemptedBy: run)) AND m.channel = '\(unsafeSQL: channel.rawValue)'"
    }

    private static func isDue(_ message: String, _ until: Date, unattemptedBy run: Int32) -> SQL {
        """
        \(unsafeSQL: message).status = 'queued'
          AND coalesce(\(unsafeSQL: message).wait_until, \(unsafeSQL: message).due_at) <= (SELECT \(until))
          AND coalesce(\(unsafeSQL: message).run_id, 0) < (SELECT \(run))
          AND \(unsafeSQL: message).due_at
              > coalesce((SELECT hold.due_before FROM delivery_hold() AS hold), '-infinity')
        """
    }
}
