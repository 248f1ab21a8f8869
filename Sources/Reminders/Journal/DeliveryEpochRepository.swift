import BookingStore
public import FoundationEssentials
public import Postgres

/// The stored epochs of the database, its known senders, and the messages that are held because of a restore.
public struct DeliveryEpochRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the state of the database for a sender.
    ///
    /// - Parameters:
    ///   - journal: The id of its journal; `nil` while it has not been opened.
    ///   - runs: The last runs that its journal lists.
    /// - Returns: The state.
    /// - Throws: `PostgresError`.
    public func state(of journal: UUID?, runs: [RecordedRun]) async throws -> DeliveryEpochState {
        try await connection.query(
            """
            SELECT present.token,
                   \(Self.microseconds("present.noticed_at")),
                   (SELECT token FROM delivery_epoch ORDER BY id LIMIT 1),
                   found.system_identifier,
                   found.timeline,
                   present.database_oid IS NOT NULL,
                   is_other_database(present),
                   EXISTS (
                       SELECT
                       FROM unnest(
                           \(runs.map(\.id)), \(runs.map(\.startedAt)), \(runs.map(\.epoch)), \(runs.map(\.hasEnded))
                       ) AS listed (id, started_at, epoch, has_ended)
                       LEFT JOIN delivery_run AS run
                           ON run.id = listed.id AND \(Self.microseconds("run.started_at")) = listed.started_at
                       WHERE listed.epoch = present.token
                         AND (run.id IS NULL OR listed.has_ended AND run.ended_at IS NULL)),
                   (SELECT reconciliation FROM delivery_sender WHERE journal = \(journal)),
                   EXISTS (
                       SELECT
                       FROM delivery_sender
                       WHERE reconciliation <> 'done' AND journal IS DISTINCT FROM \(journal))
                       AND EXISTS (SELECT FROM delivery_hold())
            FROM delivery_epoch AS present
            CROSS JOIN database_identity() AS found
            ORDER BY present.id DESC
            LIMIT 1
            """
        ).map { row in
            DeliveryEpochState(
                epoch: try row.next(), noticedAt: try row.next(), databaseName: try row.next(),
                systemIdentifier: try row.next(), timeline: try row.next(), isIdentified: try row.next(),
                hasChanged: try row.next(),
                isMissingRuns: try row.next(),
                own: try row.next(String?.self).map { try storedCode($0) }, waitsForOtherSenders: try row.next())
        }[0]
    }

    private static func microseconds(_ instant: SQL) -> SQL { "(extract(epoch FROM \(instant)) * 1000000)::bigint" }

    /// Records the identity of a database in which nothing was sent yet.
    ///
    /// Each new epoch has a new token: databases that are copied before the first message differ.
    func identify() async throws {
        try await connection.query(
            """
            UPDATE delivery_epoch
            SET token = gen_random_uuid(),
                system_identifier = found.system_identifier,
                timeline = found.timeline,
                database_oid = found.database_oid
            FROM database_identity() AS found
            WHERE delivery_epoch.cause = 'created' AND delivery_epoch.database_oid IS NULL
            """)
    }

    /// Waits for a lock that serializes changes of epochs until the end of the transaction.
    func lock() async throws {
        try await connection.query("SELECT pg_advisory_xact_lock(lock_key('delivery epoch'))")
    }

    /// Begins an epoch: messages due by now wait for all senders that were active in the last day before the change.
    ///
    /// That day ends with the last activity in the database, because a backup may be older than a day.
    ///
    /// - Parameters:
    ///   - cause: The cause.
    ///   - earlier: The times of the epochs that the sender knows; server clocks differ, and the new time is later than
    ///     all of them.
    ///   - now: The current time.
    /// - Throws: `PostgresError`.
    func begin(_ cause: ReconciliationDecision.Cause, after earlier: [Int64], now: Date) async throws {
        try await connection.query(
            """
            INSERT INTO delivery_epoch (cause, system_identifier, timeline, database_oid, due_before, noticed_at)
            SELECT \(cause.rawValue), found.*, \(now),
                   greatest(
                       now(),
                       (
                           SELECT max(timestamptz 'epoch' + known * interval '1 microsecond')
                           FROM unnest(\(earlier)) AS known) + interval '1 microsecond')
            FROM database_identity() AS found
            """)
        try await connection.query(
            """
            UPDATE delivery_sender
            SET reconciliation = 'awaited'
            WHERE reconciliation = 'done'
              AND last_active_at > (SELECT max(last_active_at) - interval '1 day' FROM delivery_sender)
            """)
    }

    /// Records that a journal was compared with the database.
    func register(_ journal: UUID, host: String) async throws {
        try await connection.query(
            """
            INSERT INTO delivery_sender (journal, host)
            VALUES (\(journal), \(host))
            ON CONFLICT ON CONSTRAINT delivery_sender_pkey DO UPDATE
            SET host = excluded.host, last_active_at = now(), reconciliation = 'done'
            """)
    }

    /// Marks the awaited journals as missing.
    func markAwaitedAsMissing() async throws {
        try await connection.query(
            "UPDATE delivery_sender SET reconciliation = 'missing' WHERE reconciliation = 'awaited'")
    }

    /// Records the activity of a sender, and returns the start of its run.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - journal: The id of the sender's journal.
    /// - Returns: The start by the database's clock, in microseconds since 1970.
    /// - Throws: `PostgresError`.
    public func start(_ run: Int32, of journal: UUID) async throws -> Int64 {
        try await connection.query(
            """
            WITH active AS (
                UPDATE delivery_sender
                SET last_active_at = now()
                WHERE journal = \(journal) AND last_active_at < now() - interval '10 minutes'
            )
            SELECT \(Self.microseconds("started_at")) FROM delivery_run WHERE id = \(run)
            """
        ).decode(Int64.self)[0]
    }

    /// Ends the hold of messages by an operator's decision.
    ///
    /// - Parameter since: The due time from which messages were marked as unknown; `nil` if all are sent.
    /// - Throws: `PostgresError`.
    func end(sentSince since: Date?) async throws {
        try await connection.query(
            "UPDATE delivery_sender SET reconciliation = 'done' WHERE reconciliation <> 'done'")
        try await connection.query(
            """
            UPDATE delivery_epoch
            SET ended_at = now(), sent_since = \(since)
            WHERE id = (SELECT max(id) FROM delivery_epoch) AND due_before IS NOT NULL
            """)
    }
}
