import ArgumentParser
import FoundationEssentials
import Glibc
import Jobs
import Locking
import Postgres

/// The process in which a runner drains a queue of no-op jobs.
struct JobWorker {
    /// The way in which jobs are claimed.
    enum DrainMode: String, ExpressibleByArgument {
        /// In batches, each acknowledged with the next claim.
        case inBatches
        /// One by one, each acknowledged before the next one begins.
        case oneByOne
    }

    /// The number of jobs of a process, and its times on the system-wide monotonic clock.
    struct DrainReport: Codable {
        let jobs: Int
        let begun: Double
        let ended: Double
    }

    /// The advisory lock whose release starts all processes.
    static let startLock: Int64 = 4711

    let conninfo: String
    let manner: DrainMode

    /// Connects, waits for the start, drains the queue, and prints the report as JSON.
    func run() async throws {
        let pool = Database(Database.Configuration(conninfo: conninfo), logger: .silent)
        let counts = Guarded(0)
        let runner = JobRunner(
            database: pool, listener: nil, handlers: handlers(counts),
            configuration: JobRunner.Configuration(name: "bench", queues: [JobRunner.Queue("default")]),
            logger: .silent)
        try await pool.withConnection { connection in
            try await connection.query("SELECT pg_advisory_lock_shared(\(Self.startLock))")
            try await connection.query("SELECT pg_advisory_unlock_shared(\(Self.startLock))")
        }
        let begun = Self.clock()
        try await runner.drain()
        let drainReport = DrainReport(jobs: counts.withLock { $0 }, begun: begun, ended: Self.clock())
        await pool.close()
        print(String(decoding: try JSONEncoder().encode(drainReport), as: UTF8.self))
    }

    private func handlers(_ counts: Guarded<Int>) -> JobHandlers {
        var handlers = JobHandlers()
        switch manner {
        case .inBatches:
            handlers.handleBatch(of: NoopJob.self, upTo: 500, acknowledgement: .withNextClaim) { batch in
                counts.withLock { $0 += batch.count }
                return batch.map { _ in .done }
            }
        case .oneByOne:
            handlers.handle(NoopJob.self) { _, _ in counts.withLock { $0 += 1 } }
        }
        return handlers
    }

    /// Returns the seconds on the system-wide monotonic clock.
    private static func clock() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The process in which jobs are enqueued and picked up, so that one clock measures the latency.
struct PickUpWorker {
    let conninfo: String
    let count: Int
    let pace: Duration

    /// The number of jobs before the measurement, which are not reported.
    private static let warmUpCount = 20

    /// Enqueues one job after the other, and prints the latency until each one's handler began, in milliseconds.
    func run() async throws {
        let configuration = Database.Configuration(conninfo: conninfo)
        let pool = Database(configuration, logger: .silent)
        let (begins, begun) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        var handlers = JobHandlers()
        handlers.handle(NoopJob.self) { _, _ in begun.yield(.now) }
        let runner = JobRunner(
            database: pool, listener: Listener(configuration, channels: [JobQueue.channel], logger: .silent),
            handlers: handlers,
            configuration: JobRunner.Configuration(name: "bench", queues: [JobRunner.Queue("default")]),
            logger: .silent)
        async let running = runner.run()
        let latencies = try await latencies(begins, Database(configuration, logger: .silent))
        runner.stop()
        _ = try await running
        await pool.close()
        print(latencies.dropFirst(Self.warmUpCount).map { "\($0.seconds * 1000)" }.joined(separator: "\n"))
    }

    /// Measures the latencies, with all jobs enqueued on one open connection, as in an application's transaction.
    private func latencies(
        _ begins: AsyncStream<ContinuousClock.Instant>, _ pool: Database
    ) async throws -> [Duration] {
        let latencies = try await pool.withConnection { connection in
            var latencies: [Duration] = []
            var iterator = begins.makeAsyncIterator()
            for number in 0..<count + Self.warmUpCount {
                let start = ContinuousClock.now
                try await JobQueue(connection).enqueue(NoopJob(number: number))
                guard let begin = await iterator.next(isolation: connection) else { break }
                latencies.append(begin - start)
                if pace > .zero { try await Task.sleep(until: start + pace, tolerance: .zero) }
            }
            return latencies
        }
        await pool.close()
        return latencies
    }
}
