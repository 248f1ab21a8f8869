import FoundationEssentials
import Postgres

extension JobDesk {
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
