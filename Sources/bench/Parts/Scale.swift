import BookingStore
import FoundationEssentials
import Postgres

/// The same work in ever larger worlds.
struct Scale: Part {
    static let name = "scale"
    static let isOnRequest = true

    private struct Place {
        let dataset: Dataset
        let slots: Reading
        let chain: Chain
    }

    func run(in context: BenchContext) async throws -> [Figure] {
        var places: [Place] = []
        for trainers in context.sizes.scale {
            context.say("making \(trainers * 140) sessions")
            let dataset = try await Dataset.make("scale_\(trainers)", trainers: trainers, in: context)
            places.append(
                Place(
                    dataset: dataset,
                    slots: try await Slots.listing(Dataset.smallStudio, days: 14, dataset, in: context),
                    chain: try await Chain(dataset, in: context)))
        }
        return try await compare("slots", places, in: context) { place, pool in
            try await pool.withConnection(place.slots)
        }
            + compare("schedule", places, in: context) { _, pool in
                try await pool.withConnection(Schedule.week)
            }
            + compare("book", places, in: context) { place, pool in
                let number = place.dataset.takeOpenings(1).lowerBound
                let request = try FreeSlot(number, of: place.dataset).request(place.chain)
                _ = try await FrontDesk(database: pool, actor: "bench", noShowLimit: 2).book(request, now: Dataset.now)
            }
    }

    /// Times one kind of work in all places in turns; the smallest is the limit of the others.
    private func compare(
        _ name: String, _ places: [Place], in context: BenchContext, work: (Place, Database) async throws -> Void
    ) async throws -> [Figure] {
        let pools = places.map { context.server.pool($0.dataset.database, connections: 1) }
        var times = places.map { _ in [Double]() }
        for round in 0...context.sizes.rounds {
            for (index, place) in places.enumerated() {
                let samples = try await samples(100) { try await work(place, pools[index]) }
                // The first round reads from disk and prepares statements.
                if round > 0 { times[index].append(median(samples)) }
            }
        }
        for pool in pools { await pool.close() }
        return places.indices.dropFirst().map { index in
            var runs = PairedRuns(.valueByLimit)
            for (value, limit) in zip(times[index], times[0]) { runs.add(value: value, limit: limit) }
            let isLargest = index == places.count - 1
            return Figure(
                "scale, \(name) at \(places[index].dataset.sessions)", runs, unit: "ms",
                goal: isLargest ? .atMost(1.3) : .stated)
        }
    }

    private func samples(_ count: Int, _ work: () async throws -> Void) async throws -> [Double] {
        var samples: [Double] = []
        for _ in 0..<count { samples.append(try await duration(of: work) * 1000) }
        return samples
    }
}
