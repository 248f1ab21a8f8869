import Postgres

extension JobDesk {
    /// Jobs that are not done.
    ///
    /// - Parameters:
    ///   - filter: Which of them.
    ///   - limit: How many at the most: those that were enqueued last.
    /// - Returns: The jobs, by the time at which they are due.
    /// - Throws: `PostgresError`.
    public func list(_ filter: JobFilter = JobFilter(), limit: Int = 1000) async throws -> [JobEntry] {
        var parts: [SQL] = []
        if filter.includesLiving {
            parts.append(
                """
                (SELECT \(JobEntry.living) FROM job WHERE \(filter.ofLiving) ORDER BY id DESC LIMIT \(limit))
                """)
        }
        if filter.includesDead {
            parts.append(
                """
                (SELECT \(JobEntry.dead) FROM job_dead WHERE \(filter.ofAll) ORDER BY id DESC LIMIT \(limit))
                """)
        }
        return try await database.query(
            """
            SELECT *
            FROM (
                SELECT *
                FROM (\(SQL.joined(parts, separator: " UNION ALL "))) AS found
                ORDER BY id DESC
                LIMIT \(limit)
            ) AS latest
            ORDER BY run_at, id
            """
        ).map { try JobEntry(&$0) }
    }

    /// How many jobs there are, counted no further than a bound in each table.
    ///
    /// - Parameters:
    ///   - filter: Which of them.
    ///   - bound: How far to count.
    /// - Returns: The number.
    /// - Throws: `PostgresError`.
    public func count(_ filter: JobFilter, upTo bound: Int) async throws -> Int {
        var parts: [SQL] = []
        if filter.includesLiving { parts.append("(SELECT FROM job WHERE \(filter.ofLiving) LIMIT \(bound))") }
        if filter.includesDead { parts.append("(SELECT FROM job_dead WHERE \(filter.ofAll) LIMIT \(bound))") }
        let count = try await database.query(
            "SELECT count(*) FROM (\(SQL.joined(parts, separator: " UNION ALL "))) AS found"
        ).decode(Int64.self)[0]
        return Int(count)
    }

    /// The jobs that died last.
    ///
    /// - Parameter limit: How many at the most.
    /// - Returns: The jobs, the latest first.
    /// - Throws: `PostgresError`.
    public func lastDead(_ limit: Int) async throws -> [JobEntry] {
        try await database.query(
            "SELECT \(JobEntry.dead) FROM job_dead ORDER BY died_at DESC, id DESC LIMIT \(limit)"
        ).map { try JobEntry(&$0) }
    }

    /// Everything that is known of a job.
    ///
    /// - Throws: ``JobRefusal`` where there is none, or `PostgresError`.
    public func show(_ job: JobID) async throws -> JobDossier {
        let found = try await database.query(
            """
            SELECT \(JobEntry.living), payload::text, errors::text FROM job WHERE id = \(job.value)
            UNION ALL
            SELECT \(JobEntry.dead), payload::text, errors::text FROM job_dead WHERE id = \(job.value)
            """
        ).map { row in
            let entry = try JobEntry(&row)
            return try JobDossier(entry, payload: try row.next(), errors: try row.next())
        }
        guard let dossier = found.first else { throw JobRefusal.unknown(job) }
        return dossier
    }

    /// What comes again, by key.
    ///
    /// - Throws: `PostgresError`.
    public func schedules() async throws -> [JobSchedule] {
        try await database.query(
            "SELECT key, schedule, time_zone, queue, kind, last_at, declared_at FROM job_cron ORDER BY key"
        ).map { try JobSchedule(&$0) }
    }
}
