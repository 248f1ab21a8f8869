public import FoundationEssentials
import Postgres

extension JobAdmin {
    /// Returns the jobs that are not done.
    ///
    /// - Parameters:
    ///   - filter: The jobs to include.
    ///   - limit: The maximum number of jobs; the last enqueued ones are returned.
    /// - Returns: The jobs, by due time.
    /// - Throws: `PostgresError`.
    public func list(_ filter: JobFilter = JobFilter(), limit: Int = 1000) async throws -> [JobEntry] {
        var parts: [SQL] = []
        if filter.includesActive {
            parts.append(
                """
                (SELECT \(JobEntry.active) FROM job WHERE \(filter.activeCondition) ORDER BY id DESC LIMIT \(limit))
                """)
        }
        if filter.includesDead {
            parts.append(
                """
                (SELECT \(JobEntry.dead) FROM job_dead WHERE \(filter.condition) ORDER BY id DESC LIMIT \(limit))
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

    /// Returns the number of jobs, counted up to a bound in each table.
    ///
    /// - Parameters:
    ///   - filter: The jobs to include.
    ///   - bound: The maximum count per table.
    /// - Returns: The number of jobs.
    /// - Throws: `PostgresError`.
    public func count(_ filter: JobFilter, upTo bound: Int) async throws -> Int {
        var parts: [SQL] = []
        if filter.includesActive { parts.append("(SELECT FROM job WHERE \(filter.activeCondition) LIMIT \(bound))") }
        if filter.includesDead { parts.append("(SELECT FROM job_dead WHERE \(filter.condition) LIMIT \(bound))") }
        let count = try await database.query(
            "SELECT count(*) FROM (\(SQL.joined(parts, separator: " UNION ALL "))) AS found"
        ).decode(Int64.self)[0]
        return Int(count)
    }

    /// Returns the latest dead jobs.
    ///
    /// - Parameter limit: The maximum number of jobs.
    /// - Returns: The jobs, latest first.
    /// - Throws: `PostgresError`.
    public func lastDead(_ limit: Int) async throws -> [JobEntry] {
        try await database.query(
            "SELECT \(JobEntry.dead) FROM job_dead ORDER BY died_at DESC, id DESC LIMIT \(limit)"
        ).map { try JobEntry(&$0) }
    }

    /// Returns a job with its payload and its errors.
    ///
    /// - Throws: ``JobRefusal`` where the job is not found, or `PostgresError`.
    public func show(_ job: JobID) async throws -> JobDetail {
        let found = try await database.query(
            """
            SELECT \(JobEntry.active), payload::text, errors::text FROM job WHERE id = \(job.value)
            UNION ALL
            SELECT \(JobEntry.dead), payload::text, errors::text FROM job_dead WHERE id = \(job.value)
            """
        ).map { row in
            let entry = try JobEntry(&row)
            return try JobDetail(entry, payload: try row.next(), errors: try row.next())
        }
        guard let detail = found.first else { throw JobRefusal.unknown(job) }
        return detail
    }

    /// Returns the recurring jobs, by key.
    ///
    /// - Throws: `PostgresError`.
    public func schedules() async throws -> [JobSchedule] {
        try await database.query(
            "SELECT key, schedule, time_zone, queue, kind, last_at, declared_at FROM job_cron ORDER BY key"
        ).map { try JobSchedule(&$0) }
    }
}

/// A selection of jobs.
public struct JobFilter: Sendable, Hashable {
    /// The state of the jobs; `nil` means any.
    public var state: JobState?
    /// The queue of the jobs; `nil` means any.
    public var queue: String?
    /// The kind of the jobs; `nil` means any.
    public var kind: String?

    /// Creates a filter; by default it includes all jobs.
    public init(state: JobState? = nil, queue: String? = nil, kind: String? = nil) {
        self.state = state
        self.queue = queue
        self.kind = kind
    }

    /// Whether dead jobs are included.
    var includesDead: Bool { state == nil || state == .dead }

    /// Whether jobs that are not dead are included.
    var includesActive: Bool { state != .dead }

    /// The condition on a row of `job`.
    var activeCondition: SQL {
        switch state {
        case .waiting: "token IS NULL AND run_at <= now() AND \(condition)"
        case .scheduled: "token IS NULL AND run_at > now() AND \(condition)"
        case .running: "token IS NOT NULL AND \(condition)"
        case .dead, nil: condition
        }
    }

    /// The condition on a row of either table, without the state.
    var condition: SQL {
        var conditions: [SQL] = ["true"]
        if let queue { conditions.append("queue = \(queue)") }
        if let kind { conditions.append("kind = \(kind)") }
        return .joined(conditions, separator: " AND ")
    }
}

/// A recurring job, as runners have declared it.
public struct JobSchedule: Sendable, Equatable {
    /// The stable name.
    public let key: String
    /// The cron entry, five fields as in crontab(5).
    public let schedule: String
    /// The IANA time zone of the entry.
    public let zone: String
    /// The queue of its jobs.
    public let queue: String
    /// The kind of its jobs.
    public let kind: String
    /// The last occurrence; initially the time of declaration.
    public let lastAt: Date
    /// The time at which a runner last declared it.
    public let declaredAt: Date

    init(_ row: inout Row) throws {
        key = try row.next()
        schedule = try row.next()
        zone = try row.next()
        queue = try row.next()
        kind = try row.next()
        lastAt = try row.next()
        declaredAt = try row.next()
    }

    /// Returns the next occurrences.
    ///
    /// - Parameters:
    ///   - count: The number of occurrences.
    ///   - instant: The instant after which to search.
    /// - Returns: The times; empty where the entry cannot be parsed, which a newer version may have written.
    public func next(_ count: Int, after instant: Date) -> [Date] {
        guard let cron = try? Cron(schedule), let schedule = try? CronSchedule(cron, zone: zone) else { return [] }
        return Array(schedule.occurrences(after: instant, through: .distantFuture).prefix(count))
    }
}
