import Locking
import Logging
import Postgres

/// A loop that renews the runner's lease, cancels jobs on request and takes over the jobs of crashed runners.
struct Heartbeat: Sendable {
    let runners: RunnerStore
    let jobs: JobStore
    let workers: [QueueWorker]
    let runnerLease: RunnerLease
    let configuration: JobRunner.Configuration
    let wakeSignal: WakeSignal
    let problems: RunnerProblems
    let logger: Logger

    /// Renews the lease until the runner stops.
    func work(until isOver: @Sendable () -> Bool) async {
        var failures = 0
        var isLost = false
        while true {
            // A signal that comes after this point ends the wait below.
            let lastFireCount = wakeSignal.fireCount
            guard !isOver() else { return }
            let began = ContinuousClock.now
            do {
                try await renewLease()
                isLost = false
                try await rescue()
                failures = 0
                problems.ends("heartbeat", "heartbeats are written again")
            } catch {
                guard !isOver() else { return }
                failures += 1
                problems.occurs("heartbeat", "no heartbeat can be written; trying again", error: error, began: began)
                if !isLost, !runnerLease.holdsLease {
                    isLost = true
                    await abandonJobs("its lease has expired")
                }
            }
            let pause =
                failures > 0
                ? Backoff.ofConnections.delay(afterFailures: failures)
                // Spread the heartbeats of runners that were started together.
                : configuration.heartbeat * Double.random(in: 0.8...1)
            await wakeSignal.wait(after: lastFireCount, atMost: pause)
        }
    }

    private func renewLease() async throws {
        let unreported = runnerLease.unreported
        // Measure from before the request, so that the local lease never outlasts the stored one.
        let leaseEnd = ContinuousClock.now + configuration.lease
        let heldLease = runnerLease.holdsLease
        guard
            let cancelRequested = try await runners.renewLease(
                runnerLease.runner, lease: configuration.lease, totals: unreported)
        else {
            await abandonJobs("another runner has taken over its jobs")
            let runner = try await runners.register(configuration)
            runnerLease.renew(as: runner, until: leaseEnd)
            return
        }
        runnerLease.renew(until: leaseEnd)
        runnerLease.markReported(unreported)
        if !heldLease { workers.forEach { $0.wakeSignal.fire() } }
        for worker in workers {
            if !cancelRequested.isEmpty { await worker.cancel(Set(cancelRequested)) }
            await worker.reconcileSoon()
        }
    }

    private func rescue() async throws {
        guard try await jobs.takeOverFromCrashedRunners(configuration, logger) else { return }
        workers.forEach { $0.wakeSignal.fire() }
    }

    /// Cancels all jobs: other runners may have taken them over, and their results are ignored.
    private func abandonJobs(_ reason: String) async {
        var jobs = 0
        for worker in workers { jobs += await worker.abandonJobs() }
        logger.log(
            level: jobs > 0 ? .error : .debug, "this runner abandons its jobs",
            metadata: ["jobs": "\(jobs)", "reason": "\(reason)"])
    }
}

/// A runner's lease: its number, its end, and the work done since the last heartbeat.
final class RunnerLease: Sendable {
    private struct State {
        var runner: Int64
        var leaseEnd: ContinuousClock.Instant
        var totals = JobRunner.Totals()
        var reported = JobRunner.Totals()
        var isOver = false
    }

    private let state: Guarded<State>

    init(runner: Int64, leaseEnd: ContinuousClock.Instant) {
        state = Guarded(State(runner: runner, leaseEnd: leaseEnd))
    }

    /// The current number; a runner whose lease has ended gets another.
    var runner: Int64 { state.withLock(\.runner) }

    /// Whether the runner must stop: results that cannot be recorded now are left to other runners.
    var isOver: Bool { state.withLock(\.isOver) }

    /// Whether the lease is still valid, so that no other runner can have taken over the jobs.
    var holdsLease: Bool { state.withLock { .now < $0.leaseEnd } }

    /// Extends the lease, under the current number or a new one.
    func renew(as runner: Int64? = nil, until leaseEnd: ContinuousClock.Instant) {
        state.withLock { state in
            state.runner = runner ?? state.runner
            state.leaseEnd = leaseEnd
        }
    }

    /// Marks the runner as stopped.
    func end() {
        state.withLock { $0.isOver = true }
    }

    func count(completed: Int = 0, failed: Int = 0, stale: Int = 0) {
        state.withLock { state in
            state.totals.completed += completed
            state.totals.failed += failed
            state.totals.stale += stale
        }
    }

    /// The work done so far.
    var totals: JobRunner.Totals { state.withLock(\.totals) }

    /// The work done since the last heartbeat that reached the database.
    var unreported: JobRunner.Totals { state.withLock { $0.totals - $0.reported } }

    /// Records that a heartbeat has stored these counts.
    func markReported(_ unreported: JobRunner.Totals) {
        state.withLock { $0.reported = $0.reported + unreported }
    }
}

/// The SQL statements for a runner's own row.
struct RunnerStore: Sendable {
    let database: Database

    /// Registers a runner and the rate limits of its queues, and returns its number.
    func register(_ configuration: JobRunner.Configuration) async throws -> Int64 {
        let queues = configuration.queues
        return try await database.transaction { connection in
            for queue in queues.sorted(by: { $0.name < $1.name }) {
                try await declare(queue, on: connection)
            }
            return try await connection.query(
                """
                INSERT INTO job_runner (name, version, queues, lease_until)
                VALUES (
                    \(configuration.name), \(configuration.version), \(queues.map(\.name)),
                    now() + \(configuration.lease.inSeconds) * interval '1 second')
                RETURNING id
                """
            ).decode(Int64.self)[0]
        }
    }

    /// Records a heartbeat and extends the lease.
    ///
    /// - Returns: The running jobs whose cancellation was requested; `nil` where the runner counts as crashed.
    func renewLease(_ runner: Int64, lease: Duration, totals: JobRunner.Totals) async throws -> [JobLease]? {
        let rows = try await database.query(
            """
            WITH beat AS (
                UPDATE job_runner
                SET seen_at = now(),
                    lease_until = now() + \(lease.inSeconds) * interval '1 second',
                    completed = completed + \(totals.completed),
                    failed = failed + \(totals.failed),
                    stale = stale + \(totals.stale)
                WHERE id = \(runner) AND gone_at IS NULL
                RETURNING id
            )
            SELECT job.id, job.token
            FROM beat
            LEFT JOIN job ON job.runner = beat.id AND job.token IS NOT NULL AND job.cancel_requested
            """
        ).decode((Int64?, Int64?).self)
        guard !rows.isEmpty else { return nil }
        return rows.compactMap { id, token in
            if let id, let token { JobLease(id: JobID(id), token: token) } else { nil }
        }
    }

    /// Marks a runner as stopped, and releases the jobs whose results or claims it does not know.
    ///
    /// This is not a crash, so it is not counted against those jobs.
    func leave(_ runner: Int64, totals: JobRunner.Totals) async throws {
        try await database.query(
            """
            WITH gone AS (
                UPDATE job_runner
                SET gone_at = now(),
                    completed = completed + \(totals.completed),
                    failed = failed + \(totals.failed),
                    stale = stale + \(totals.stale)
                WHERE id = \(runner) AND gone_at IS NULL
            )
            SELECT release_jobs(array_agg(id), array_agg(token))
            FROM job
            WHERE runner = \(runner) AND token IS NOT NULL
            """)
    }

    /// Stores a queue's rate limit where it has changed.
    private func declare(_ queue: JobRunner.Queue, on connection: Connection) async throws {
        guard let rate = queue.rate else {
            try await connection.query(
                """
                UPDATE job_queue
                SET rate_limit = NULL, rate_period = NULL, next_at = NULL
                WHERE name = \(queue.name) AND rate_limit IS NOT NULL
                """)
            return
        }
        try await connection.query(
            """
            INSERT INTO job_queue (name, rate_limit, rate_period)
            VALUES (\(queue.name), \(Int32(rate.jobs)), \(rate.period.inSeconds) * interval '1 second')
            ON CONFLICT (name) DO UPDATE
            SET rate_limit = excluded.rate_limit, rate_period = excluded.rate_period
            WHERE (job_queue.rate_limit, job_queue.rate_period)
                IS DISTINCT FROM (excluded.rate_limit, excluded.rate_period)
            """)
    }
}

extension JobStore {
    /// Takes over the jobs of crashed runners, and logs it; returns whether there were any.
    func takeOverFromCrashedRunners(_ configuration: JobRunner.Configuration, _ logger: Logger) async throws -> Bool {
        let (rescued, deadLettered) = try await rescue(
            lease: configuration.lease, maxCrashes: configuration.maxCrashes)
        guard rescued + deadLettered > 0 else { return false }
        logger.log(
            level: deadLettered > 0 ? .error : .warning, "took over the jobs of a crashed runner",
            metadata: ["waiting": .stringConvertible(rescued), "dead": .stringConvertible(deadLettered)])
        return true
    }
}
