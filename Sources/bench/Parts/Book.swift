import BookingStore
import FoundationEssentials
import Postgres

/// Bookings per second, beside pgbench running the statements of a booking.
struct Book: Part {
    static let name = "book"

    func run(in workshop: Workshop) async throws -> [Figure] {
        try await workshop.withWorldCopy { try await run(in: $0, workshop) }
    }

    private func run(in world: World, _ workshop: Workshop) async throws -> [Figure] {
        let chain = try await Chain(world, in: workshop)
        let booking = try await BookingReplay(world, chain, in: workshop)
        let script = try workshop.scratch("book.pgbench", try booking.script(world))
        var figures = [
            Figure("book, round trips", [Double(booking.replay.statements.count)], unit: "", goal: .stated)
        ]
        for callers in [1, 8, 32] {
            let runs = try await compare(callers, world, chain, script, in: workshop)
            figures.append(Figure("book, \(callers) at once", runs, unit: "/s", goal: .atLeast(0.85)))
        }
        return figures
    }

    private func compare(
        _ callers: Int, _ world: World, _ chain: Chain, _ script: String, in workshop: Workshop
    ) async throws -> PairedRuns {
        let pgbench = Pgbench(server: workshop.server, database: world.database)
        let seconds = workshop.sizes.seconds
        return try await workshop.server.withPool(world.database, connections: callers) { pool in
            let desk = FrontDesk(database: pool, actor: "bench", noShowLimit: 2)
            return try await PairedRuns.measure(.valueByLimit, rounds: workshop.sizes.rounds) {
                let openings = world.takeOpenings(5000 * seconds)
                let requests = try openings.map { try Opening($0, of: world).request(chain) }
                return try await Callers.rate(callers, seconds: seconds) { caller, turn in
                    _ = try await desk.book(requests[turn * callers + caller], now: World.now)
                }
            } limit: {
                let first = world.takeOpenings(5000 * seconds).lowerBound
                return try await pgbench.rate(
                    script: script, clients: callers, seconds: seconds,
                    variables: ["first": "\(first)", "clients": "\(callers)", "turn": "-1"])
            }
        }
    }
}
