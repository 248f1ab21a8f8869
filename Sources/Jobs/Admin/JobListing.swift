public import FoundationEssentials
import Postgres

extension JobAdmin {
    /// Jobs that are not done.
    ///
    /// - Parameters:
    ///   - filter: Which of them.
    ///   - limit: How many at the most: those that were enqueued last.
    /// - Returns: The jobs, by the time at which they are due.
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

    /// How many jobs there are, counted no further than a bound in each table.
    ///
    /// - Parameters:
    ///   - filter: Which of them.
    ///   - bound: How far to count.
    /// - Returns: The number.
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

    /// What comes again, by key.
    ///
    /// - Throws: `PostgresError`.
    public func schedules() async throws -> [JobSchedule] {
        try await database.query(
            "SELECT key, schedule, time_zone, queue, kind, last_at, declared_at FROM job_cron ORDER BY key"
        ).map { try JobSchedule(&$0) }
    }
}

/// Which jobs are meant.
public struct JobFilter: Sendable, Hashable {
    /// Those of one state; `nil` is any.
    public var state: JobState?
    /// Those of one queue; `nil` is any.
    public var queue: String?
    /// Those of one kind; `nil` is any.
    public var kind: String?

    /// Means all jobs, or those of a state, a queue and a kind.
    public init(state: JobState? = nil, queue: String? = nil, kind: String? = nil) {
        self.state = state
        self.queue = queue
        self.kind = kind
    }

    /// Whether dead ones are meant as well.
    var includesDead: Bool { state == nil || state == .dead }

    /// Whether others are.
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

    /// The condition on a row of either table, its state apart.
    var condition: SQL {
        var conditions: [SQL] = ["true"]
        if let queue { conditions.append("queue = \(queue)") }
        if let kind { conditions.append("kind = \(kind)") }
        return .joined(conditions, separator: " AND ")
    }
}

/// Work that comes again, as runners have declared it.
public struct JobSchedule: Sendable, Equatable {
    /// Stable name.
    public let key: String
    /// When it comes: five fields, as crontab(5) has them.
    public let schedule: String
    /// The IANA zone whose wall clock counts.
    public let zone: String
    /// The queue of its jobs.
    public let queue: String
    /// The kind of its jobs.
    public let kind: String
    /// When it came last; at first when it was declared.
    public let lastAt: Date
    /// When a runner last declared it.
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

    /// When it comes next.
    ///
    /// - Parameters:
    ///   - count: How many times.
    ///   - instant: After this.
    /// - Returns: The times; none where the schedule cannot be read, which a newer version may have written.
    public func next(_ count: Int, after instant: Date) -> [Date] {
        guard let cron = try? Cron(schedule), let schedule = try? CronSchedule(cron, zone: zone) else { return [] }
        return Array(schedule.occurrences(after: instant, through: .distantFuture).prefix(count))
    }
}
