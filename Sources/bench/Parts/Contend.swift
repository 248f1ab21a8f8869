import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Many callers after few slots: who loses is told so, and nobody waits long.
struct Contend: Part {
    static let name = "contend"

    private static let callers = 32
    /// As many as a process of Intro opens unless it is told otherwise.
    private static let connections = 8

    /// What became of some attempts.
    private struct AttemptCounts: Sendable {
        var milliseconds: [Double] = []
        var booked = 0
        var refused = 0
        var errors: [String] = []
    }

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withDatasetCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        let directory = try await StudioDirectory(dataset, in: context)
        var alone: [Double] = []
        var waits = PairedRuns(.valueByLimit)
        var all = AttemptCounts()
        try await context.server.withPool(dataset.database, connections: Self.connections) { pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            for round in 0..<context.sizes.rounds {
                let free = try dataset.takeFreeSlots(200).map { try FreeSlot($0, of: dataset).request(directory) }
                let calm = await Self.book(free, callers: 1, desk)
                alone += calm.milliseconds
                let wanted = try requests(12 * Self.callers, weekOfRound: round, dataset, directory)
                let busy = await Self.book(wanted, callers: Self.callers, desk)
                waits.add(value: quantile(0.99, of: busy.milliseconds), limit: median(calm.milliseconds))
                all.booked += busy.booked
                all.refused += busy.refused
                all.errors += busy.errors + calm.errors
            }
        }
        context.logProgress("contend: \(all.booked) booked, \(all.refused) refused")
        for error in Set(all.errors) { context.logProgress("contend: \(error)") }
        return [
            Figure("contend, errors", [Double(all.errors.count)], unit: "", goal: .atMost(0)),
            Figure("contend, p99 by the calm median", waits, unit: "ms", goal: .atMost(20)),
        ]
    }

    /// Everybody wants one of four trainers of one studio in one week: 240 slots.
    private func requests(_ count: Int, weekOfRound round: Int, _ dataset: Dataset, _ directory: StudioDirectory) throws
        -> [BookingRequest]
    {
        try dataset.takeFreeSlots(count).map { number in
            var request = try FreeSlot(number, of: dataset).request(directory)
            let day = round % 8 * 7 + Int.random(in: 0..<5)
            let start = Dataset.beginning + day * 86_400 + Int.random(in: 0..<12) * 3600 + 27_000
            guard let studio = directory.studios[3], let trainer = directory.trainers[57 + Int32.random(in: 0..<4)]
            else {
                throw BenchFailure("there is no third studio", because: "the world is too small")
            }
            var wanted = BookingRequest(
                studio: studio, who: request.who, start: Date(timeIntervalSince1970: TimeInterval(start)))
            wanted.trainer = trainer
            wanted.newClient = request.newClient
            request = wanted
            return request
        }
    }

    private static func book(_ requests: [BookingRequest], callers: Int, _ desk: FrontDesk) async -> AttemptCounts {
        await withTaskGroup(of: AttemptCounts.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var counts = AttemptCounts()
                    for index in stride(from: caller, to: requests.count, by: callers) {
                        let start = ContinuousClock.now
                        do {
                            _ = try await desk.book(requests[index], now: Dataset.now)
                            counts.booked += 1
                        } catch is Refusal {
                            counts.refused += 1
                        } catch {
                            counts.errors.append("\(error)")
                        }
                        counts.milliseconds.append((ContinuousClock.now - start).seconds * 1000)
                    }
                    return counts
                }
            }
            return await group.reduce(into: AttemptCounts()) { all, one in
                all.milliseconds += one.milliseconds
                all.booked += one.booked
                all.refused += one.refused
                all.errors += one.errors
            }
        }
    }
}
