public import Booking
public import Postgres

/// The runs of senders: each is locked for as long as its sender works.
extension DeliveryRepository {
    /// "Intr" in ASCII: the first half of the keys by which senders from before step 17 of the schema lock their runs.
    private static let oldLockClass: Int32 = 0x496e_7472

    /// Numbers a run, higher than all before it.
    public func openRun(actor: String) async throws -> Int32 {
        try await connection.query(
            "INSERT INTO delivery_run (actor, has_secret_lock) VALUES (\(actor), true) RETURNING id"
        ).decode(Int32.self)[0]
    }

    /// Shows other senders that a run is alive, for as long as the body works and the connection of the lock lasts.
    ///
    /// That is this connection. PgBouncer in transaction mode would leave the lock with a server connection that serves
    /// other senders next; there, a separate connection keeps a transaction open.
    ///
    /// Senders from before step 17 look at the second lock only. It is not needed among senders of this version, and another
    /// login may hold it: its key is no secret.
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

    /// Gives a run's lock back; where this fails, the connection is gone, and the lock with it.
    private func unlock(_ run: Int32) async {
        let connection = connection
        // A task of its own: a cancelled sender lets go, too.
        _ = await Task {
            try await connection.query(
                """
                SELECT pg_advisory_unlock(lock_key(\(Self.lockName(run)))),
                       pg_advisory_unlock(\(Self.oldLockClass), \(run))
                """)
        }.result
    }

    /// Writes down as unknown what dead senders had in hand, and returns the session of each such message, where it has one.
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
    /// This commit waits for the disk, unlike those of ``record(_:by:at:)``, and everything that this connection committed
    /// before is on disk with it.
    ///
    /// - Parameter run: The run.
    /// - Throws: `PostgresError`.
    public func endRun(_ run: Int32) async throws {
        try await connection.query("UPDATE delivery_run SET ended_at = now() WHERE id = \(run)")
    }
}
