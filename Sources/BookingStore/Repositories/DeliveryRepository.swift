public import Booking
public import FoundationEssentials
public import Postgres

/// How messages leave the ledger: claimed by one sender, attempted at most once a run, accounted for.
///
/// A row is `attempting` from just before its transport sees it until the outcome is written. A sender proves that it
/// lives by a lock on its run, which the server drops with the sender's connection; what a run without a lock has in hand
/// is unknown. (PgBouncer in transaction mode keeps the connection, and so the lock, for longer: what a dead sender had
/// in hand is then told later, and still not sent again.)
public struct DeliveryRepository: Sendable {
    /// "Intr" in ASCII: keeps our locks apart from those of other programs.
    private static let lockClass: Int32 = 0x496e_7472
    /// Runs are counted from 1.
    private static let planning: Int32 = 0

    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Numbers a run, higher than all before it.
    public func openRun(actor: String) async throws -> Int32 {
        try await connection.query("INSERT INTO delivery_run (actor) VALUES (\(actor)) RETURNING id")
            .decode(Int32.self)[0]
    }

    /// Shows other senders that a run is alive, for as long as the body works and this connection lasts.
    public func keepingAlive(_ run: Int32, _ body: () async throws -> Void) async throws {
        try await connection.query("SELECT pg_advisory_lock(\(Self.lockClass), \(run))")
        do {
            try await body()
        } catch {
            await letGo(run)
            throw error
        }
        await letGo(run)
    }

    /// Gives a run's lock back; where this fails, the connection is gone, and the lock with it.
    private func letGo(_ run: Int32) async {
        let connection = connection
        // A task of its own: a cancelled sender lets go, too.
        _ = await Task { try await connection.query("SELECT pg_advisory_unlock(\(Self.lockClass), \(run))") }.result
    }

    /// Writes down as unknown what dead senders had in hand, and returns the session of each such message.
    public func sweep() async throws -> [Reference] {
        try await connection.query(
            """
            WITH dead AS MATERIALIZED (
                SELECT run_id
                FROM (SELECT DISTINCT run_id FROM message WHERE status = 'attempting') AS run
                -- A living sender's lock cannot be had.
                WHERE pg_try_advisory_xact_lock(\(Self.lockClass), run_id)
            )
            UPDATE message AS m
            SET status = 'unknown', reason = 'sender_died'
            FROM dead, session AS s
            WHERE m.status = 'attempting'
              AND m.run_id = dead.run_id
              AND s.id = m.session_id
            RETURNING s.reference
            """
        ).decode(String.self).map { try Reference($0) }
    }

    /// Plans the reminders of all sessions that are due by an instant.
    ///
    /// One sender after the other: the second finds what the first has planned, where two at once would wait for each
    /// other's rows.
    public func plan(until: Date, now: Date) async throws {
        try await connection.query(
            """
            SELECT plan_messages(NULL, \(until), \(now))
            FROM pg_advisory_xact_lock(\(Self.lockClass), \(Self.planning))
            """)
    }

    /// When the message that is overdue for longest was due; `nil` where none is.
    public func oldestOverdue(now: Date) async throws -> Date? {
        try await connection.query(
            """
            SELECT due_at
            FROM message
            WHERE status = 'queued' AND due_at <= \(now)
            ORDER BY due_at, id
            LIMIT 1
            """
        ).decode(Date.self).first
    }

    /// How many messages are due by an instant, and how many of these would be skipped.
    ///
    /// - Parameters:
    ///   - until: What is due later does not count.
    ///   - now: The clock of the judgement.
    ///   - limit: Where counting stops.
    ///   - run: What this run has tried does not count; `nil` is a run that has tried nothing.
    /// - Returns: Both numbers.
    /// - Throws: `PostgresError`.
    public func countDue(
        until: Date, now: Date, limit: Int, untriedBy run: Int32? = nil
    ) async throws -> (due: Int, skipped: Int) {
        try await connection.query(
            """
            SELECT count(*), count(reason)
            FROM (
                SELECT skip_reason(m, s, c.email, \(now)) AS reason
                FROM message AS m
                JOIN session AS s ON s.id = m.session_id
                JOIN client AS c ON c.id = s.client_id
                WHERE \(Self.isDue(until, untriedBy: run ?? .max))
                ORDER BY m.due_at, m.id
                LIMIT \(Int64(limit))
            ) AS judged
            """
        ).decode((Int, Int).self)[0]
    }

    /// Takes some messages that are due, longest due first.
    ///
    /// Each is judged anew: what is no longer true is skipped. The limit is part of the text: with it as a bind, no
    /// plan could be kept (see ``isDue(_:untriedBy:)``).
    ///
    /// - Parameters:
    ///   - run: The sender.
    ///   - until: What is due later is left alone.
    ///   - now: The clock of the judgement.
    ///   - limit: How many at the most.
    /// - Returns: What was taken.
    /// - Throws: `PostgresError`.
    public func take(_ run: Int32, until: Date, now: Date, limit: Int) async throws -> Hand {
        let rows = try await connection.query(
            """
            WITH due AS (
                SELECT m.id
                FROM message AS m
                WHERE \(Self.isDue(until, untriedBy: run))
                ORDER BY m.due_at, m.id
                LIMIT \(unsafeSQL: String(limit))
                FOR UPDATE SKIP LOCKED
            ),
            judged AS (
                SELECT m.id, c.email, skip_reason(m, s, c.email, \(now)) AS reason
                FROM due
                JOIN message AS m ON m.id = due.id
                JOIN session AS s ON s.id = m.session_id
                JOIN client AS c ON c.id = s.client_id
            ),
            taken AS (
                UPDATE message AS m
                SET run_id = \(run),
                    status = CASE WHEN judged.reason IS NULL THEN 'attempting' ELSE 'skipped' END,
                    reason = judged.reason,
                    attempts = m.attempts + (judged.reason IS NULL)::integer,
                    attempted_at = CASE WHEN judged.reason IS NULL THEN \(now) ELSE m.attempted_at END,
                    recipient = CASE WHEN judged.reason IS NULL THEN judged.email END
                FROM judged
                WHERE m.id = judged.id
                RETURNING m.id, m.rule, m.status, m.session_id, m.due_at
            )
            SELECT \(HandReader.columns)
            FROM taken AS m
            JOIN session AS s ON s.id = m.session_id
            \(SessionRepository.joins)
            ORDER BY m.due_at, m.id
            """)
        return try HandReader.hand(rows)
    }

    /// Writes down what became of messages that this run had in hand, also where they were taken for unknown meanwhile.
    public func record(_ records: [DeliveryRecord], by run: Int32, at now: Date) async throws {
        guard !records.isEmpty else { return }
        try await connection.query(
            """
            UPDATE message AS m
            SET status = outcome.status,
                reason = outcome.reason,
                reply = outcome.reply,
                -- Queued without a reason: it was not tried.
                attempts = m.attempts - (outcome.status = 'queued' AND outcome.reason IS NULL)::integer,
                recipient = CASE WHEN outcome.status <> 'queued' THEN m.recipient END,
                sent_at = CASE WHEN outcome.status = 'sent' THEN \(now) END
            FROM unnest(
                \(records.map(\.message)), \(records.map(\.status.rawValue)), \(records.map(\.reason)),
                \(records.map(\.reply))
            ) AS outcome (id, status, reason, reply)
            WHERE m.id = outcome.id
              AND m.run_id = \(run)
              AND m.status IN ('attempting', 'unknown')
            """)
    }

    /// What a run may take: nothing that it or a later run has tried.
    ///
    /// Two senders would pass a message that the server puts off to and fro without end.
    ///
    /// The subqueries hide the values from the planner. It would use them for an estimate alone, find each plan a
    /// little cheaper than the one for any values, and so plan anew for each hand, which takes longer than the hand.
    private static func isDue(_ until: Date, untriedBy run: Int32) -> SQL {
        "m.status = 'queued' AND m.due_at <= (SELECT \(until)) AND coalesce(m.run_id, 0) < (SELECT \(run))"
    }
}
