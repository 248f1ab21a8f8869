public import FoundationEssentials
import Postgres

/// The state of queues, runners and the table of jobs at one moment.
public struct JobStatistics: Sendable, Equatable {
    /// A queue that has jobs, dead jobs or settings, or that an active runner serves.
    public struct Queue: Sendable, Equatable {
        /// The queue's name.
        public let name: String
        /// The number of jobs that are due and not claimed.
        public let waiting: Int
        /// The number of jobs that are not yet due, including those to be retried.
        public let scheduled: Int
        /// The number of jobs claimed by runners.
        public let running: Int
        /// The number of dead jobs, which run only when they are retried.
        public let dead: Int
        /// The time since the oldest waiting job became due; `nil` where no job is waiting.
        public let oldestDue: Duration?
        /// The start of the pause; `nil` where the queue is not paused.
        public let pausedAt: Date?
        /// The number of jobs that may start in a period, across all runners; `nil` means no limit.
        public let rate: JobRunner.Rate?
    }

    /// A runner whose lease has not ended.
    public struct Runner: Sendable, Equatable {
        /// The number under which the runner holds leases.
        public let id: Int64
        /// The host and process number.
        public let name: String
        /// The queues that the runner serves.
        public let queues: [String]
        /// The time at which the runner started.
        public let startedAt: Date
        /// The time since the last heartbeat.
        public let seen: Duration
        /// The number of completed jobs.
        public let completed: Int
        /// The number of failed attempts.
        public let failed: Int
        /// The number of jobs that another runner had taken over before their result was recorded.
        public let stale: Int
    }

    /// The rows of the table of jobs, as the server's statistics estimate them.
    public struct Table: Sendable, Equatable {
        /// The number of live rows.
        public let live: Int
        /// The number of dead rows, which vacuum has not removed yet.
        public let dead: Int
        /// The time at which vacuum last completed.
        public let vacuumedAt: Date?
    }

    /// The time of the statistics, by the database's clock.
    public let at: Date
    /// The queues, by name.
    public let queues: [Queue]
    /// The active runners, by name.
    public let runners: [Runner]
    /// The table of jobs.
    public let table: Table
    /// The duration of the longest open transaction of this database; `nil` where there is none.
    public let oldestTransaction: Duration?
    /// Whether this role cannot see other roles' transactions, one of which may be older.
    public let hidesTransactions: Bool
    /// The holder of the oldest snapshot, which blocks vacuum the most; `nil` where there is none.
    public let snapshot: HeldSnapshot?
}

extension JobAdmin {
    /// Returns the statistics of all queues, runners and the table of jobs.
    ///
    /// Each waiting job is counted, by an index-only scan where vacuum is up to date: a million jobs take about 170 ms.
    ///
    /// - Throws: `PostgresError`.
    public func statistics() async throws -> JobStatistics {
        try await database.withConnection { connection in
            let queues = try await Self.queues(on: connection)
            let runners = try await Self.runners(on: connection)
            let (now, live, dead, vacuumedAt, oldestTransaction, isHidden) = try await connection.query(
                """
                SELECT now(), n_live_tup, n_dead_tup, greatest(last_vacuum, last_autovacuum),
                       (SELECT extract(epoch FROM clock_timestamp() - min(xact_start))::double precision
                        FROM pg_stat_activity
                        WHERE datname = current_database()
                          AND pid <> pg_backend_pid()
                          AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)),
                       -- Of other logins, one without pg_read_all_stats sees no more than that they are there.
                       EXISTS (
                           SELECT FROM pg_stat_activity
                           WHERE datname = current_database() AND query = '<insufficient privilege>')
                FROM pg_stat_user_tables
                WHERE relid = 'job'::regclass
                """
            ).decode((Date, Int, Int, Date?, Double?, Bool).self)[0]
            return JobStatistics(
                at: now, queues: queues, runners: runners,
                table: JobStatistics.Table(live: live, dead: dead, vacuumedAt: vacuumedAt),
                oldestTransaction: oldestTransaction.map { .seconds(max(0, $0)) }, hidesTransactions: isHidden,
                snapshot: try await Self.oldestSnapshot(on: connection))
        }
    }

    private static func queues(on connection: Connection) async throws -> [JobStatistics.Queue] {
        try await connection.query(
            """
            SELECT name, sum(waiting)::bigint, sum(scheduled)::bigint, sum(running)::bigint, sum(dead)::bigint,
                   extract(epoch FROM now() - min(due_at))::double precision,
                   setting.paused_at, setting.rate_limit, extract(epoch FROM setting.rate_period)::double precision
            FROM (\(queueCounts)) AS part (name, waiting, scheduled, running, dead, due_at)
            LEFT JOIN job_queue AS setting USING (name)
            GROUP BY name, setting.paused_at, setting.rate_limit, setting.rate_period
            ORDER BY name
            """
        ).map { row in
            JobStatistics.Queue(
                name: try row.next(), waiting: try row.next(), scheduled: try row.next(), running: try row.next(),
                dead: try row.next(), oldestDue: try row.next(Double?.self).map { .seconds($0) },
                pausedAt: try row.next(), rate: try rate(&row))
        }
    }

    /// The query for the number of jobs by queue and state; a queue may have several rows.
    static var queueCounts: SQL {
        """
        -- Apart, since each of the three is in an index of its own.
        SELECT queue, count(*) FILTER (WHERE run_at <= now()), count(*) FILTER (WHERE run_at > now()), 0, 0,
               min(run_at) FILTER (WHERE run_at <= now())
        FROM job
        WHERE token IS NULL AND crashes = 0
        GROUP BY queue
        UNION ALL
        SELECT queue, count(*) FILTER (WHERE run_at <= now()), count(*) FILTER (WHERE run_at > now()), 0, 0,
               min(run_at) FILTER (WHERE run_at <= now())
        FROM job
        WHERE token IS NULL AND crashes > 0
        GROUP BY queue
        UNION ALL
        SELECT queue, 0, 0, count(*), 0, NULL
        FROM job
        WHERE token IS NOT NULL
        GROUP BY queue
        UNION ALL
        SELECT queue, 0, 0, 0, count(*), NULL
        FROM job_dead
        GROUP BY queue
        UNION ALL
        SELECT unnest(queues), 0, 0, 0, 0, NULL
        FROM job_runner
        WHERE gone_at IS NULL AND lease_until > now()
        UNION ALL
        SELECT name, 0, 0, 0, 0, NULL
        FROM job_queue
        """
    }

    private static func rate(_ row: inout Row) throws -> JobRunner.Rate? {
        guard let limit = try row.next(Int32?.self), let period = try row.next(Double?.self) else { return nil }
        return JobRunner.Rate(Int(limit), per: .seconds(period))
    }

    private static func runners(on connection: Connection) async throws -> [JobStatistics.Runner] {
        try await connection.query(
            """
            SELECT id, name, queues, started_at,
                   greatest(0, extract(epoch FROM now() - seen_at))::double precision, completed, failed, stale
            FROM job_runner
            WHERE gone_at IS NULL AND lease_until > now()
            ORDER BY name, id
            """
        ).map { row in
            JobStatistics.Runner(
                id: try row.next(), name: try row.next(), queues: try row.next(), startedAt: try row.next(),
                seen: .seconds(try row.next(Double.self)), completed: try row.next(), failed: try row.next(),
                stale: try row.next())
        }
    }

    /// Returns the holder of the oldest snapshot: a writing transaction blocks vacuum by its ID, a reading one by its
    /// snapshot.
    ///
    /// Snapshots of vacuum itself and of other databases are ignored, except slots and standbys, which block vacuum in
    /// all databases.
    private static func oldestSnapshot(on connection: Connection) async throws -> HeldSnapshot? {
        try await connection.query(
            """
            SELECT holder, name, pid, transactions, extract(epoch FROM clock_timestamp() - since)::double precision
            FROM (
                SELECT CASE backend_type WHEN 'walsender' THEN 'standby' ELSE 'session' END, application_name, pid,
                       greatest(age(backend_xid), age(backend_xmin)), xact_start
                FROM pg_stat_activity
                WHERE (datname = current_database() OR backend_type = 'walsender')
                  AND pid <> pg_backend_pid()
                  AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
                UNION ALL
                SELECT 'prepared_transaction', gid, NULL, age(transaction), prepared
                FROM pg_prepared_xacts
                WHERE database = current_database()
                UNION ALL
                SELECT 'replication_slot', slot_name, active_pid, age(xmin), NULL
                FROM pg_replication_slots
            ) AS held (holder, name, pid, transactions, since)
            WHERE transactions IS NOT NULL
            ORDER BY transactions DESC, since
            LIMIT 1
            """
        ).map { row in
            HeldSnapshot(
                holder: try row.next(), name: try row.next(), processID: try row.next(),
                transactions: Int(try row.next(Int32.self)),
                held: try row.next(Double?.self).map { .seconds(max(0, $0)) })
        }.first
    }
}

/// A snapshot because of which vacuum keeps dead rows.
public struct HeldSnapshot: Sendable, Equatable {
    /// The kind of holder.
    public enum Holder: String, Sendable {
        /// A transaction of a connected client.
        case session
        /// A standby that reports its queries (`hot_standby_feedback`).
        case standby
        /// A prepared transaction, neither committed nor rolled back.
        case preparedTransaction = "prepared_transaction"
        /// A replication slot whose consumer lags or is disconnected.
        case replicationSlot = "replication_slot"
    }

    /// The kind of holder.
    public let holder: Holder
    /// The client's `application_name`, or the name of the transaction or the slot.
    public let name: String
    /// The ID of the server process, if any.
    public let processID: Int32?
    /// The number of transactions started since.
    public let transactions: Int
    /// The duration; `nil` where the server does not report it: for a slot, or without the role `pg_read_all_stats`.
    public let held: Duration?
}

/// A condition of the queues that an operator should correct.
public enum JobWarning: Sendable, Equatable {
    /// A snapshot prevents vacuum from removing finished jobs: claims scan them and become slow.
    case vacuumBlocked(HeldSnapshot, deadRows: Int)
    /// Jobs have been due for more than a minute, and no active runner serves their queue.
    case noRunner(queue: String, waiting: Int, oldestDue: Duration)
    /// Jobs are due in a queue that is paused.
    case paused(queue: String, waiting: Int)
}

extension JobStatistics {
    /// The conditions that an operator should correct.
    public var warnings: [JobWarning] {
        [blockedVacuum].compactMap(\.self) + queues.compactMap(warning)
    }

    /// The warning of blocked vacuum: no runner's transaction takes 30 s, and 2% dead rows are twice autovacuum's
    /// threshold.
    private var blockedVacuum: JobWarning? {
        guard let snapshot, table.dead > max(10_000, table.live / 50) else { return nil }
        let isLong = snapshot.held.map { $0 >= .seconds(30) } ?? (snapshot.transactions >= 10_000)
        return isLong ? .vacuumBlocked(snapshot, deadRows: table.dead) : nil
    }

    private func warning(of queue: Queue) -> JobWarning? {
        guard let oldestDue = queue.oldestDue else { return nil }
        if queue.pausedAt != nil { return .paused(queue: queue.name, waiting: queue.waiting) }
        guard oldestDue > .seconds(60), !runners.contains(where: { $0.queues.contains(queue.name) }) else { return nil }
        return .noRunner(queue: queue.name, waiting: queue.waiting, oldestDue: oldestDue)
    }
}
