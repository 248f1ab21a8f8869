import Locking
import Postgres

/// Changes the schema while desks work: no statement waits for a lock longer than two seconds, because all statements
/// that request the lock later would wait as well.
struct LockRetry: Sendable {
    private static let lockTimeout = "2s"
    private static let attempts = 60

    let database: Database
    /// Called with a description of the session that holds a lock.
    let report: @Sendable (String) -> Void

    /// Runs a transaction, and repeats it until its locks are granted.
    ///
    /// - Throws: ``PostgresError``; SQLSTATE 55P03 if locks are not granted in 60 attempts, which take a minute or longer.
    func transaction(_ body: @escaping @Sendable (isolated Connection) async throws -> Void) async throws {
        for attempt in 1... {
            let wait = LockWait()
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.attempt(body, wait) }
                    group.addTask { try await self.watch(wait) }
                    defer { group.cancelAll() }
                    try await group.next()
                }
                return
            } catch let error as PostgresError where error.sqlState == "55P03" && attempt < Self.attempts {
                if let blocker = wait.blocker { report(blocker) }
                // Statements that waited behind this one can run during this pause.
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Runs a statement that cannot be part of a transaction, and that blocks no other session while it waits for a lock.
    ///
    /// - Throws: ``PostgresError``.
    func runOutsideTransaction(_ statement: String) async throws {
        let wait = LockWait()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.database.withConnection { connection in
                    wait.begin(of: connection.processID)
                    try await connection.execute(script: statement, timeout: .seconds(24 * 3600))
                }
            }
            group.addTask { try await self.watch(wait, reportsAtOnce: true) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func attempt(_ body: @Sendable (isolated Connection) async throws -> Void, _ wait: LockWait) async throws {
        try await database.transaction { connection in
            try await Schema.begin(on: connection)
            try await connection.query("SELECT set_config('lock_timeout', \(Self.lockTimeout), true)")
            try await connection.setLocalStatementTimeout(.seconds(3600))
            wait.begin(of: connection.processID)
            try await body(connection)
        }
    }

    /// Records the session that blocks the transaction, until the task is cancelled.
    private func watch(_ wait: LockWait, reportsAtOnce: Bool = false) async throws {
        while true {
            try await Task.sleep(for: .milliseconds(500))
            guard let process = wait.process, let blocker = try? await blocker(of: process) else { continue }
            if reportsAtOnce && wait.blocker == nil { report(blocker) }
            wait.note(blocker)
        }
    }

    /// Returns a description of the session with the oldest transaction of those that block a process.
    private func blocker(of process: Int32) async throws -> String? {
        try await database.query(
            """
            SELECT format(
                'process %s (%s, user %s) has kept a transaction open for %s s',
                a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'), a.usename,
                extract(epoch FROM clock_timestamp() - a.xact_start)::bigint)
            FROM unnest(pg_blocking_pids(\(process))) AS blocker (pid)
            JOIN pg_stat_activity AS a USING (pid)
            ORDER BY a.xact_start
            LIMIT 1
            """
        ).decode(String.self).first
    }
}

/// The state of a transaction that waits for locks.
private final class LockWait: Sendable {
    private let state = Guarded<(process: Int32?, blocker: String?)>((nil, nil))

    /// The server's process that runs the transaction.
    var process: Int32? { state.withLock { $0.process } }
    /// The description of the last session that blocked it.
    var blocker: String? { state.withLock { $0.blocker } }

    func begin(of process: Int32) { state.withLock { $0.process = process } }
    func note(_ blocker: String) { state.withLock { $0.blocker = blocker } }
}
