import FoundationEssentials
import Logging
import Postgres

/// A recurring job: every runner registers it, and one runner enqueues each occurrence.
public struct CronJob: Sendable {
    /// The stable name.
    public let key: String
    /// The cron entry and its time zone.
    public let schedule: CronSchedule
    /// The queue of its jobs.
    public var queue: String { options.queue }
    let kind: String
    let payload: String
    let options: JobOptions

    /// The unique key, which at most one queued job of the schedule holds.
    var uniqueKey: String { "cron:" + key }

    /// Creates a recurring job.
    ///
    /// While one job of the schedule is waiting, scheduled or running, the next occurrence is skipped. Occurrences that
    /// were missed while no runner was running are replaced by one job.
    ///
    /// - Parameters:
    ///   - key: The stable name.
    ///   - cron: The cron entry, five fields as in crontab(5).
    ///   - zone: The IANA time zone of the entry.
    ///   - job: The job to enqueue.
    ///   - options: Queue, priority and retries; start and uniqueness come from the schedule.
    /// - Throws: ``CronError``, or `EncodingError` where the job cannot be encoded as JSON.
    public init<Kind: Job>(
        _ key: String, _ cron: String, in zone: String = "UTC", enqueues job: Kind,
        options: JobOptions = JobOptions()
    ) throws {
        self.key = key
        schedule = try CronSchedule(Cron(cron), zone: zone)
        kind = Kind.kind
        payload = try JobPayload.text(of: job)
        self.options = options
    }
}

/// The loop that enqueues recurring jobs when they are due.
///
/// Every runner runs it; there is no leader election.
struct CronLoop: Sendable {
    let jobs: [CronJob]
    let store: CronStore
    let wakeSignal: WakeSignal
    let problems: RunnerProblems
    let logger: Logger

    /// Enqueues due occurrences until the runner stops.
    func work(until isOver: @Sendable () -> Bool) async {
        var failures = 0
        while true {
            // A signal that comes after this point ends the wait below.
            let lastFireCount = wakeSignal.fireCount
            guard !isOver() else { return }
            let began = ContinuousClock.now
            let maximumWait: Duration
            do {
                maximumWait = try await enqueueDue()
                failures = 0
                problems.ends("schedules", "schedules are read again")
            } catch {
                guard !isOver() else { return }
                failures += 1
                problems.occurs("schedules", "schedules cannot be read; trying again", error: error, began: began)
                maximumWait = Backoff.ofConnections.delay(afterFailures: failures)
            }
            await wakeSignal.wait(after: lastFireCount, atMost: maximumWait)
        }
    }

    /// Enqueues due occurrences, and returns the time until the next one: at most 30 seconds, since the clock of a
    /// suspended computer has counted less time than the database's.
    func enqueueDue() async throws -> Duration {
        try await enqueueDue(by: store.lastOccurrences())
    }

    /// Enqueues due occurrences by given readings of the database's clock, or by a test's clock.
    func enqueueDue(by lastOccurrences: [String: CronStore.LastOccurrence]) async throws -> Duration {
        var maximumWait: Duration = .seconds(30)
        for job in jobs {
            guard let reading = lastOccurrences[job.key] else { continue }
            var last = reading.lastAt
            if let occurrence = job.schedule.last(through: reading.now, after: last) {
                if try await store.enqueue(job, at: occurrence, after: last) {
                    logger.debug("a recurring job was enqueued", metadata: ["key": "\(job.key)"])
                }
                last = occurrence
            }
            if let next = job.schedule.next(after: max(last, reading.now)) {
                maximumWait = min(maximumWait, .seconds(next.timeIntervalSince(reading.now)))
            }
        }
        return max(maximumWait, .milliseconds(1))
    }
}

/// The SQL statements for recurring jobs.
///
/// All times are the database's, so a wrong clock on a runner has no effect.
struct CronStore: Sendable {
    let database: Database

    /// The last occurrence of a schedule, and the current time of the database.
    struct LastOccurrence: Sendable {
        let lastAt: Date
        let now: Date
    }

    /// Creates or updates the schedules; their last occurrences are kept.
    func declare(_ jobs: [CronJob]) async throws {
        try await database.transaction { connection in
            for job in jobs.sorted(by: { $0.key < $1.key }) {
                try await connection.query(
                    """
                    INSERT INTO job_cron (key, schedule, time_zone, queue, kind, payload, priority, max_attempts)
                    VALUES (\(job.key), \(job.schedule.cron.description), \(job.schedule.zone), \(job.options.queue),
                            \(job.kind), \(job.payload)::jsonb, \(job.options.priority.rawValue),
                            \(Int32(job.options.maxAttempts)))
                    ON CONFLICT (key) DO UPDATE
                    SET schedule = excluded.schedule, time_zone = excluded.time_zone, queue = excluded.queue,
                        kind = excluded.kind, payload = excluded.payload, priority = excluded.priority,
                        max_attempts = excluded.max_attempts, declared_at = now()
                    """)
            }
        }
    }

    /// Returns the last occurrence of each schedule, by key.
    func lastOccurrences() async throws -> [String: LastOccurrence] {
        let rows = try await database.query("SELECT key, last_at, clock_timestamp() FROM job_cron")
            .decode((String, Date, Date).self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, LastOccurrence(lastAt: $0.1, now: $0.2)) })
    }

    /// Enqueues an occurrence, unless another runner has done so: only the runner that advances `last_at` from the
    /// value that it read enqueues the job, in the same statement.
    ///
    /// - Returns: Whether this runner enqueued it.
    func enqueue(_ job: CronJob, at occurrence: Date, after seen: Date) async throws -> Bool {
        let rows = try await database.query(
            """
            WITH moved AS (
                UPDATE job_cron
                SET last_at = \(occurrence)
                WHERE key = \(job.key) AND last_at = \(seen)
                RETURNING queue, kind, payload, priority, max_attempts
            ),
            added AS (
                INSERT INTO job (queue, kind, payload, priority, run_at, max_attempts, unique_key)
                SELECT queue, kind, payload, priority, \(occurrence), max_attempts, \(job.uniqueKey)
                FROM moved
                ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL DO NOTHING
                RETURNING id
            )
            SELECT 1, (SELECT pg_notify('\(unsafeSQL: JobQueue.channel)', '') WHERE EXISTS (SELECT FROM added))
            FROM moved
            """)
        return rows.count == 1
    }
}
