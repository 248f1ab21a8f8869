import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Many callers that compete for few slots: each is booked or refused, without errors and long waits.
struct Contend: Part {
    static let name = "contend"

    private static let callers = 32
    /// The default number of connections of an Intro process.
    private static let connections = 8

    /// The results of a number of attempts.
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
        var waits = PairedRuns(.valueByLimit)
        var all = AttemptCounts()
        try await context.server.withPool(dataset.database, connections: Self.connections) { pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            for round in 0..<context.sizes.rounds {
                let separate = try dataset.takeFreeSlots(200).map { try FreeSlot($0, of: dataset).request(directory) }
                let sequential = await Self.book(separate, callers: 1, desk)
                let contended = try requests(12 * Self.callers, weekOfRound: round, dataset, directory)
                let concurrent = await Self.book(contended, callers: Self.callers, desk)
                waits.add(value: quantile(0.99, of: concurrent.milliseconds), limit: median(sequential.milliseconds))
                all.booked += concurrent.booked
                all.refused += concurrent.refused
                all.errors += concurrent.errors + sequential.errors
            }
        }
        context.logProgress("contend: \(all.booked) booked, \(all.refused) refused")
        for error in Set(all.errors) { context.logProgress("contend: \(error)") }
        return [
            Figure("contend, errors", [Double(all.errors.count)], unit: "", goal: .atMost(0)),
            Figure("contend, p99 relative to the uncontended median", waits, unit: "ms", goal: .atMost(20)),
        ]
    }

    /// Returns requests for four trainers of one studio in one week: 240 slots.
    private func requests(_ count: Int, weekOfRound round: Int, _ dataset: Dataset, _ directory: StudioDirectory) throws
        -> [BookingRequest]
    {
        try dataset.takeFreeSlots(count).map { number in
            var request = try FreeSlot(number, of: dataset).request(directory)
            let day = round % 8 * 7 + Int.random(in: 0..<5)
            let start = Dataset.beginning + day * 86_400 + Int.random(in: 0..<12) * 3600 + 27_000
            guard let studio = directory.studios[3], let trainer = directory.trainers[57 + Int32.random(in: 0..<4)]
            else {
                throw BenchFailure("there is no third studio", because: "the data set has too few studios")
            }
            var contended = BookingRequest(
                studio: studio, who: request.who, start: Date(timeIntervalSince1970: TimeInterval(start)))
            contended.trainer = trainer
            contended.newClient = request.newClient
            request = contended
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
