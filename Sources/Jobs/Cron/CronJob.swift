import FoundationEssentials
import Logging
import Postgres

/// A job that comes again and again: declared by every runner that knows it, enqueued by whichever is first.
public struct CronJob: Sendable {
    /// Stable name.
    public let key: String
    /// When it comes, and on which clock.
    public let schedule: CronSchedule
    /// The queue of its jobs.
    public var queue: String { options.queue }
    let kind: String
    let payload: String
    let options: JobOptions

    /// Held by one of its jobs at a time.
    var uniqueKey: String { "cron:" + key }

    /// Declares a job that comes again.
    ///
    /// While one of them waits, runs or is to be retried, the next is passed over. What was missed while nobody ran is
    /// made good by one.
    ///
    /// - Parameters:
    ///   - key: Stable name.
    ///   - cron: Five fields, as crontab(5) has them.
    ///   - zone: The IANA zone whose wall clock counts.
    ///   - job: The job.
    ///   - options: How it waits and is tried; its time and uniqueness are the schedule's.
    /// - Throws: ``CronError``, or `EncodingError` where the job has no JSON form.
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

/// Enqueues what schedules say, when they say it.
///
/// Every runner does: there is no leader to lose.
struct CronLoop: Sendable {
    let jobs: [CronJob]
    let store: CronStore
    let wakeSignal: WakeSignal
    let problems: RunnerProblems
    let logger: Logger

    /// Works until it is told to stop.
    func work(until isOver: @Sendable () -> Bool) async {
        var failures = 0
        while true {
            // What rings after the question is asked is heard by the wait.
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

    /// Enqueues what has come, and tells how long it is until something comes next: at most half a minute, since a
    /// computer that slept has counted less time than the database.
    func enqueueDue() async throws -> Duration {
        try await enqueueDue(by: store.lastOccurrences())
    }

    /// The same by what the database's clock has said, or by whatever clock a test has.
    func enqueueDue(by lastOccurrences: [String: CronStore.LastOccurrence]) async throws -> Duration {
        var maximumWait: Duration = .seconds(30)
        for job in jobs {
            guard let reading = lastOccurrences[job.key] else { continue }
            var last = reading.lastAt
            if let occurrence = job.schedule.last(through: reading.now, after: last) {
                if try await store.enqueue(job, at: occurrence, after: last) {
                    logger.debug("a schedule has come", metadata: ["key": "\(job.key)"])
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

/// The statements of schedules.
///
/// All times are the database's: a runner whose clock is wrong changes nothing.
struct CronStore: Sendable {
    let database: Database

    /// When something came last, and what time it is.
    struct LastOccurrence: Sendable {
        let lastAt: Date
        let now: Date
    }

    /// Makes schedules known, or changes them; what came last stays.
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

    /// When each schedule's job came last, by key.
    func lastOccurrences() async throws -> [String: LastOccurrence] {
        let rows = try await database.query("SELECT key, last_at, clock_timestamp() FROM job_cron")
            .decode((String, Date, Date).self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, LastOccurrence(lastAt: $0.1, now: $0.2)) })
    }

    /// Enqueues an occurrence, unless another runner has done so: whoever moves `last_at` on from where both saw it, and
    /// nobody else, enqueues the job, in the same statement.
    ///
    /// - Returns: Whether this runner was first.
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
