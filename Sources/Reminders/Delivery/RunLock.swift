public import Booking
public import Postgres

/// The locks of delivery runs: each run is locked while its sender works.
extension DeliveryRepository {
    /// "Intr" in ASCII: the first half of the lock keys of senders from before step 17 of the schema.
    private static let oldLockClass: Int32 = 0x496e_7472

    /// Creates a run with a number higher than all earlier ones.
    public func openRun(actor: String) async throws -> Int32 {
        try await connection.query(
            "INSERT INTO delivery_run (actor, has_secret_lock) VALUES (\(actor), true) RETURNING id"
        ).decode(Int32.self)[0]
    }

    /// Holds the lock of a run while the body runs and the connection lasts, which shows other senders that the run is
    /// active.
    ///
    /// The lock is held by this connection. PgBouncer in transaction mode would leave the lock with a server connection
    /// that later serves other senders; there, a separate connection keeps a transaction open.
    ///
    /// Senders from before step 17 check the second lock only. Senders of this version do not need it, and another
    /// login may hold it, because its key is not secret.
    public func withRunLock(
        _ run: Int32, in database: Database, _ body: @Sendable () async throws -> Void
    ) async throws {
        let name = Self.lockName(run)
        guard database.hasSessions else {
            return try await database.withSeparateConnection { connection in
                try await connection.query("BEGIN")
                try await connection.query("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
                try await connection.query(
                    """
                    SELECT pg_advisory_xact_lock(lock_key(\(name))),
                           pg_try_advisory_xact_lock(\(Self.oldLockClass), \(run))
                    """)
                try await body()
            }
        }
        try await connection.query(
            "SELECT pg_advisory_lock(lock_key(\(name))), pg_try_advisory_lock(\(Self.oldLockClass), \(run))")
        do {
            try await body()
        } catch {
            await unlock(run)
            throw error
        }
        await unlock(run)
    }

    private static func lockName(_ run: Int32) -> String { "delivery run \(run)" }

    /// Releases a run's lock; if this fails, the connection is closed and the lock is released with it.
    private func unlock(_ run: Int32) async {
        let connection = connection
        // A separate task, so that a cancelled sender also releases its lock.
        _ = await Task {
            try await connection.query(
                """
                SELECT pg_advisory_unlock(lock_key(\(Self.lockName(run)))),
                       pg_advisory_unlock(\(Self.oldLockClass), \(run))
                """)
        }.result
    }

    /// Marks the messages that crashed senders were attempting as unknown, and returns their sessions, or `nil` for a
    /// message without a session.
    public func markAbandonedAsUnknown() async throws -> [Reference?] {
        try await connection.query(
            """
            WITH dead AS MATERIALIZED (
                SELECT run.id AS run_id
                FROM delivery_run AS run
                JOIN (SELECT DISTINCT run_id FROM message WHERE status = 'attempting') AS attempting
                  ON attempting.run_id = run.id
                -- The lock of a sender at work cannot be obtained.
                WHERE pg_try_advisory_xact_lock(lock_key('delivery run ' || run.id))
                  AND (run.has_secret_lock OR pg_try_advisory_xact_lock(\(Self.oldLockClass), run.id))
            )
            UPDATE message AS m
            SET status = 'unknown', reason = 'sender_died'
            FROM dead
            WHERE m.status = 'attempting'
              AND m.run_id = dead.run_id
            RETURNING (SELECT s.reference FROM session AS s WHERE s.id = m.session_id)
            """
        ).decode(String?.self).map { try $0.map { try Reference($0) } }
    }

    /// Records that a run has ended.
    ///
    /// This commit waits for the disk, unlike those of ``record(_:by:at:)``, and makes all earlier commits of this
    /// connection durable too.
    ///
    /// - Parameter run: The run.
    /// - Throws: `PostgresError`.
    public func endRun(_ run: Int32) async throws {
        try await connection.query("UPDATE delivery_run SET ended_at = now() WHERE id = \(run)")
    }
}
