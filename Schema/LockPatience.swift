import Postgres

/// Changes the schema beside desks at work: no statement waits for a lock longer than two seconds, because everyone else
/// would wait behind it.
struct LockPatience: Sendable {
    private static let lockTimeout = "2s"
    private static let attempts = 60

    let database: Database
    /// Told who is in the way.
    let report: @Sendable (String) -> Void

    /// Runs a transaction, again and again until it gets its locks.
    ///
    /// - Throws: ``PostgresError``; SQLSTATE 55P03 where locks could not be had in a minute or more.
    func transaction(_ body: @Sendable (isolated Connection) async throws -> Void) async throws {
        for attempt in 1... {
            do {
                try await database.transaction { connection in
                    try await Schema.begin(on: connection)
                    try await connection.query("SELECT set_config('lock_timeout', \(Self.lockTimeout), true)")
                    try await connection.setLocalStatementTimeout(.seconds(3600))
                    try await body(connection)
                }
                return
            } catch let error as PostgresError where error.sqlState == "55P03" && attempt < Self.attempts {
                if let blocker = try await blocker() { report(blocker) }
                // Desks that queued behind this statement work meanwhile.
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// The session with the oldest transaction that holds a lock on a table of the schema.
    private func blocker() async throws -> String? {
        try await database.query(
            """
            SELECT format(
                'process %s (%s, user %s) has kept a transaction open for %s s',
                a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'), a.usename,
                extract(epoch FROM clock_timestamp() - a.xact_start)::bigint)
            FROM pg_stat_activity AS a
            WHERE a.pid <> pg_backend_pid()
              AND a.xact_start IS NOT NULL
              AND EXISTS (
                  SELECT FROM pg_locks AS l
                  JOIN pg_class AS c ON c.oid = l.relation
                  WHERE l.pid = a.pid AND l.granted AND c.relnamespace = current_schema()::regnamespace)
            ORDER BY a.xact_start
            LIMIT 1
            """
        ).decode(String.self).first
    }
}
