import Jobs
import Postgres

/// The process in which jobs are enqueued and picked up: it measures the time between by one clock.
struct PickUpWorker {
    let conninfo: String
    let count: Int
    let pace: Duration

    /// Jobs with which everything gets warm; they are not told.
    private static let rehearsal = 20

    /// Enqueues one job after the other, and prints of each how many milliseconds later its handler began.
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
        print(latencies.dropFirst(Self.rehearsal).map { "\($0.seconds * 1000)" }.joined(separator: "\n"))
    }

    /// Those who enqueue have a connection at hand, as in a transaction of theirs; so this is done on one.
    private func latencies(
        _ begins: AsyncStream<ContinuousClock.Instant>, _ pool: Database
    ) async throws -> [Duration] {
        let latencies = try await pool.withConnection { connection in
            var latencies: [Duration] = []
            var iterator = begins.makeAsyncIterator()
            for number in 0..<count + Self.rehearsal {
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
