public import FoundationEssentials
import Postgres

/// How queues, runners and the table of jobs stand at one moment.
public struct JobStatistics: Sendable, Equatable {
    /// A queue that has jobs, dead ones or settings, or that a living runner serves.
    public struct Queue: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Jobs that are due and that nobody has in hand.
        public let waiting: Int
        /// Jobs whose time has not come; those that are to be retried are among them.
        public let scheduled: Int
        /// Jobs in runners' hands.
        public let running: Int
        /// Dead jobs, which run only when they are retried.
        public let dead: Int
        /// How long the job has been due that has waited longest; `nil` where none waits.
        public let oldestDue: Duration?
        /// Since when nothing is claimed from it; `nil` where it runs.
        public let pausedAt: Date?
        /// How many jobs may start in a period, over all runners; `nil` is any number.
        public let rate: JobRunner.Rate?
    }

    /// A runner whose lease has not run out.
    public struct Runner: Sendable, Equatable {
        /// The number under which it holds its leases.
        public let id: Int64
        /// Host and process number.
        public let name: String
        /// The queues it serves.
        public let queues: [String]
        /// When it began.
        public let startedAt: Date
        /// How long ago its heart beat.
        public let seen: Duration
        /// How many jobs it has done.
        public let completed: Int
        /// How many attempts failed.
        public let failed: Int
        /// How often it came too late, since another had taken the job over.
        public let stale: Int
    }

    /// The rows of the table of jobs, as the server's statistics estimate them.
    public struct Table: Sendable, Equatable {
        /// Rows that somebody can see.
        public let live: Int
        /// Rows that nobody needs and that vacuum has not removed.
        public let dead: Int
        /// When vacuum last got through it.
        public let vacuumedAt: Date?
    }

    /// The moment, by the database's clock.
    public let at: Date
    /// The queues, by name.
    public let queues: [Queue]
    /// The runners that are alive, by name.
    public let runners: [Runner]
    /// The table of jobs.
    public let table: Table
    /// How long the longest transaction of this database has been open; `nil` where there is no other.
    public let oldestTransaction: Duration?
    /// Whether this login does not see the transactions of other logins, of which one may be older.
    public let hidesTransactions: Bool
    /// Who keeps vacuum from the most; `nil` where nobody does.
    public let snapshot: HeldSnapshot?
}

extension JobAdmin {
    /// How everything stands.
    ///
    /// Each waiting job is counted, from an index where vacuum has kept up: a million take a sixth of a second.
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

    /// How many jobs of each queue are in which state, in several rows.
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

    /// A transaction that has written holds vacuum up by its number, one that reads by its snapshot.
    ///
    /// What vacuum itself holds does not count, nor does what other databases hold, apart from slots and standbys,
    /// which hold up all.
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

/// Somebody for whose sake vacuum keeps rows that nobody else needs.
public struct HeldSnapshot: Sendable, Equatable {
    /// What holds it.
    public enum Holder: String, Sendable {
        /// A transaction of a connected client.
        case session
        /// A standby that tells of its queries (`hot_standby_feedback`).
        case standby
        /// A transaction that was prepared, and neither committed nor rolled back.
        case preparedTransaction = "prepared_transaction"
        /// A replication slot whose reader is behind or gone.
        case replicationSlot = "replication_slot"
    }

    /// What holds it.
    public let holder: Holder
    /// The client's `application_name`, the transaction's or the slot's name.
    public let name: String
    /// The server process, where there is one.
    public let processID: Int32?
    /// How many transactions have begun since.
    public let transactions: Int
    /// For how long; `nil` where the server does not tell, of a slot or for want of the right `pg_read_all_stats`.
    public let held: Duration?
}

/// Something about jobs that somebody should see to.
public enum JobWarning: Sendable, Equatable {
    /// A held snapshot keeps vacuum from removing jobs that are done: claims walk past them, and slow down.
    case vacuumBlocked(HeldSnapshot, deadRows: Int)
    /// Jobs have been due for more than a minute, and no runner that lives serves their queue.
    case noRunner(queue: String, waiting: Int, oldestDue: Duration)
    /// Jobs are due in a queue that is paused.
    case paused(queue: String, waiting: Int)
}

extension JobStatistics {
    /// What somebody should see to.
    public var warnings: [JobWarning] {
        [blockedVacuum].compactMap(\.self) + queues.compactMap(warning)
    }

    /// No transaction of a runner takes so long, and so many dead rows are twice what brings vacuum to the table.
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
