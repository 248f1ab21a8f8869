import BookingStore
import FoundationEssentials
import Postgres

/// Bookings per second, beside pgbench running the statements of a booking.
struct Book: Part {
    static let name = "book"

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withWorldCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        let chain = try await Chain(dataset, in: context)
        let booking = try await BookingReplay(dataset, chain, in: context)
        let script = try context.scratch("book.pgbench", try booking.script(dataset))
        var figures = [
            Figure("book, round trips", [Double(booking.replay.statements.count)], unit: "", goal: .stated)
        ]
        for callers in [1, 8, 32] {
            let runs = try await compare(callers, dataset, chain, script, in: context)
            figures.append(Figure("book, \(callers) at once", runs, unit: "/s", goal: .atLeast(0.85)))
        }
        return figures
    }

    private func compare(
        _ callers: Int, _ dataset: Dataset, _ chain: Chain, _ script: String, in context: BenchContext
    ) async throws -> PairedRuns {
        let pgbench = Pgbench(server: context.server, database: dataset.database)
        let seconds = context.sizes.seconds
        return try await context.server.withPool(dataset.database, connections: callers) { pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            return try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
                let openings = dataset.takeOpenings(5000 * seconds)
                let requests = try openings.map { try FreeSlot($0, of: dataset).request(chain) }
                return try await Callers.rate(callers, seconds: seconds) { caller, turn in
                    _ = try await desk.book(requests[turn * callers + caller], now: Dataset.now)
                }
            } limit: {
                let first = dataset.takeOpenings(5000 * seconds).lowerBound
                return try await pgbench.rate(
                    script: script, clients: callers, seconds: seconds,
                    variables: ["first": "\(first)", "clients": "\(callers)", "turn": "-1"])
            }
        }
    }
}
