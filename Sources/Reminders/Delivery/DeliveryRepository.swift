import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// How messages leave the ledger: claimed by one sender, attempted at most once a run, accounted for.
///
/// A row is `attempting` from just before its transport sees it until the outcome is written. A sender proves that it
/// lives by a lock on its run, which the server drops with the sender's connection; what a run without a lock has in hand
/// is unknown.
public struct DeliveryRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// When the message that is overdue for longest was due, or `nil`; one that waits is not overdue.
    public func oldestOverdue(now: Date) async throws -> Date? {
        try await connection.query(
            """
            SELECT min(oldest.due_at)
            FROM unnest(ARRAY['email', 'sms']) AS known (channel)
            CROSS JOIN LATERAL (
                SELECT due_at
                FROM message AS m
                WHERE status = 'queued' AND m.channel = known.channel AND coalesce(wait_until, due_at) <= \(now)
                ORDER BY coalesce(wait_until, due_at), id
                LIMIT 1
            ) AS oldest
            """
        ).decode(Date?.self)[0]
    }

    /// Takes some messages of a channel that are due, longest due first.
    ///
    /// Each is judged anew: what is no longer true is skipped. The limit is part of the text: with it as a bind, no
    /// plan could be kept (see ``isDue(_:_:unattemptedBy:)``).
    ///
    /// - Parameters:
    ///   - run: The sender.
    ///   - channel: The channel.
    ///   - until: What is due later is left alone.
    ///   - now: The clock of the judgement.
    ///   - limit: How many at the most.
    /// - Returns: What was taken.
    /// - Throws: `PostgresError`.
    public func take(_ run: Int32, by channel: Channel, until: Date, now: Date, limit: Int) async throws -> MessageBatch
    {
        let rows = try await connection.query(Self.claimStatement(run, channel, until, now, limit))
        var (batch, days) = try MessageBatchReader.batch(rows)
        for day in days {
            batch.messages.append(
                day.messageColumns.claimedMessage(about: .day(try await trainerDigest(of: day.trainer, day.date))))
        }
        return batch
    }

    /// Takes, judges and marks in one statement, and tells what was taken.
    private static func claimStatement(_ run: Int32, _ channel: Channel, _ until: Date, _ now: Date, _ limit: Int)
        -> SQL
    {
        """
        WITH due AS (
            SELECT m.id
            FROM message AS m
            WHERE \(isDue(channel, until, unattemptedBy: run))
            ORDER BY coalesce(m.wait_until, m.due_at), m.id
            LIMIT \(unsafeSQL: String(limit))
            FOR UPDATE SKIP LOCKED
        ),
        -- Materialized: the verdict is asked for in several places below, and would be worked out in each of them.
        judged AS MATERIALIZED (
            SELECT judged.*
            FROM due
            JOIN judged_messages(\(now)) AS judged ON judged.id = due.id
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
        ORDER BY m.due_at, m.id
        """
    }

    /// Marks what was judged: attempted from now on, postponed or skipped.
    ///
    /// What waits for its session to become possible waits until its deadline; a planner releases it earlier.
    private static func marking(_ run: Int32, _ now: Date) -> SQL {
        """
        UPDATE message AS m
        SET run_id = \(run),
            status = CASE
                WHEN judged.goes THEN 'attempting'
                WHEN judged.wait_until IS NOT NULL THEN 'queued'
                ELSE 'skipped'
            END,
            reason = CASE WHEN NOT judged.goes THEN coalesce(judged.reason, 'quiet_hours') END,
            wait_until = judged.wait_until,
            attempts = m.attempts + judged.goes::integer,
            attempted_at = CASE WHEN judged.goes THEN \(now) ELSE m.attempted_at END,
            recipient = CASE WHEN judged.goes THEN judged.address END
        FROM (SELECT *, reason IS NULL AND wait_until IS NULL AS goes FROM judged) AS judged
        WHERE m.id = judged.id
        RETURNING m.id, m.rule, m.channel, m.audience, m.revision, m.status, m.reason, m.session_id, m.studio_id, m.trainer_id,
                  m.day, m.due_at, m.attempts, judged.address, judged.template, judged.language, judged.deadline
        """
    }

    /// What is booked with a trainer on a day of their home studio's calendar and can take place.
    func trainerDigest(of trainer: Trainer.ID, _ date: LocalDate) async throws -> TrainerDigest {
        typealias Names = (String, String, Int32, String, String, String)
        let names = try await connection.query(
            """
            SELECT t.handle, t.name, st.id, st.slug, st.name, st.time_zone
            FROM trainer AS t
            JOIN studio AS st ON st.id = t.home_studio_id
            WHERE t.id = \(trainer.value)
            """
        ).decode(Names.self)[0]
        let clock = try StudioClocks.clock(of: names.5)
        let sessions = try await SessionRepository(connection).all(
            of: trainer, from: clock.startOfDay(date), until: clock.startOfDay(date.adding(days: 1)))
        return TrainerDigest(
            trainer: Session.TrainerName(id: trainer, handle: names.0, name: names.1),
            studio: Session.Place(id: Studio.ID(names.2), handle: names.3, name: names.4, clock: clock), date: date,
            sessions: sessions.filter { $0.status == .booked && !$0.isImpossible })
    }

    /// Writes down what became of messages that this run had in hand, also where they were taken for unknown meanwhile.
    ///
    /// This commit does not wait for the disk: the next claim does, or the end of the run (``endRun(_:)``), and what was
    /// committed before it is safe with it. What a server loses that crashes in between are outcomes. Such a message is
    /// still `attempting`, and becomes unknown. A sender reports no message as sent before its run has ended.
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
                -- Queued without a reason: it was not tried, and this run may try it still.
                run_id = CASE WHEN outcome.status <> 'queued' OR outcome.reason IS NOT NULL THEN m.run_id END,
                recipient = CASE WHEN outcome.status <> 'queued' THEN m.recipient END,
                sent_at = CASE WHEN outcome.status = 'sent' THEN \(now) END
            FROM unnest(
                \(records.map(\.message)), \(records.map(\.status.rawValue)), \(records.map(\.reason)),
                \(records.map(\.reply)), \(records.map(\.waitUntil)), \(records.map(\.copy?.subject)),
                \(records.map(\.copy?.body)), \(records.map(\.providerID)), \(records.map(\.wasAttempted))
            ) AS outcome (id, status, reason, reply, wait_until, subject, body, provider_id, was_attempted),
                set_config('synchronous_commit', 'off', true)
            WHERE m.id = outcome.id
              AND m.run_id = \(run)
              AND m.status IN ('attempting', 'unknown')
            """)
        let named = records.compactMap(\.providerID)
        if !named.isEmpty { try await TextStatusRepository(connection).applyEarly(named, now: now) }
    }

    /// Puts on the list the addresses of which a server said that nothing must be sent there.
    private func suppress(_ records: [DeliveryRecord], by run: Int32, at now: Date) async throws {
        guard !records.isEmpty else { return }
        try await connection.query(
            """
            INSERT INTO suppression (channel, address, reason, detail, at, actor)
            SELECT m.channel, lower(m.recipient), told.reason, told.reply, \(now), run.actor
            FROM unnest(
                \(records.map(\.message)), \(records.map(\.suppression?.rawValue)), \(records.map(\.reply))
            ) AS told (id, reason, reply)
            JOIN message AS m ON m.id = told.id AND m.recipient IS NOT NULL
            JOIN delivery_run AS run ON run.id = m.run_id AND run.id = \(run)
            ON CONFLICT ON CONSTRAINT suppression_key DO NOTHING
            """)
    }

    /// What a run may take: nothing that it or a later run has tried, and nothing that is held after a restore.
    ///
    /// Two senders would pass a message that the server puts off to and fro without end.
    ///
    /// The subqueries hide the values from the planner. It would use them for an estimate alone, find each plan a
    /// little cheaper than the one for any values, and so plan anew for each hand, which takes longer than the hand.
    static func isDue(_ channel: Channel, _ until: Date, unattemptedBy run: Int32) -> SQL {
        """
        m.status = 'queued'
          AND m.channel = '\(unsafeSQL: channel.rawValue)'
          AND coalesce(m.wait_until, m.due_at) <= (SELECT \(until))
          AND coalesce(m.run_id, 0) < (SELECT \(run))
          AND m.due_at > coalesce((SELECT hold.due_before FROM delivery_hold() AS hold), '-infinity')
        """
    }
}
