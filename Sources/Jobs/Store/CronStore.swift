import FoundationEssentials
import Postgres

/// The statements of schedules.
///
/// All times are the database's: a runner whose clock is wrong changes nothing.
struct CronStore: Sendable {
    let database: Database

    /// When something came last, and what time it is.
    struct Reading: Sendable {
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
    func readings() async throws -> [String: Reading] {
        let rows = try await database.query("SELECT key, last_at, clock_timestamp() FROM job_cron")
            .decode((String, Date, Date).self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, Reading(lastAt: $0.1, now: $0.2)) })
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
