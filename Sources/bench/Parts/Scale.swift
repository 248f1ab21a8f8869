import BookingStore
import FoundationEssentials
import Postgres

/// The same operations in data sets of increasing size.
struct Scale: Part {
    static let name = "scale"
    static let isOnRequest = true

    private struct ScaledDataset {
        let dataset: Dataset
        let slots: ReadQuery
        let directory: StudioDirectory
    }

    func run(in context: BenchContext) async throws -> [Figure] {
        var scaledDatasets: [ScaledDataset] = []
        for trainers in context.sizes.scale {
            context.logProgress("making \(trainers * 140) sessions")
            let dataset = try await Dataset.make("scale_\(trainers)", trainers: trainers, in: context)
            scaledDatasets.append(
                ScaledDataset(
                    dataset: dataset,
                    slots: try await Slots.listing(Dataset.smallStudio, days: 14, dataset, in: context),
                    directory: try await StudioDirectory(dataset, in: context)))
        }
        return try await compare("slots", scaledDatasets, in: context) { scaled, pool in
            try await pool.withConnection(scaled.slots)
        }
            + compare("schedule", scaledDatasets, in: context) { _, pool in
                try await pool.withConnection(Schedule.week)
            }
            + compare("book", scaledDatasets, in: context) { scaled, pool in
                let number = scaled.dataset.takeFreeSlots(1).lowerBound
                let request = try FreeSlot(number, of: scaled.dataset).request(scaled.directory)
                _ = try await FrontDesk(database: pool, actor: "bench", noShowLimit: 2).book(request, now: Dataset.now)
            }
    }

    /// Measures one operation in all data sets in turns; the smallest is the limit of the others.
    private func compare(
        _ name: String, _ scaledDatasets: [ScaledDataset], in context: BenchContext,
        work: (ScaledDataset, Database) async throws -> Void
    ) async throws -> [Figure] {
        let pools = scaledDatasets.map { context.server.pool($0.dataset.database, connections: 1) }
        var times = scaledDatasets.map { _ in [Double]() }
        for round in 0...context.sizes.rounds {
            for (index, scaled) in scaledDatasets.enumerated() {
                let samples = try await samples(100) { try await work(scaled, pools[index]) }
                // The first round reads from disk and prepares statements.
                if round > 0 { times[index].append(median(samples)) }
            }
        }
        for pool in pools { await pool.close() }
        return scaledDatasets.indices.dropFirst().map { index in
            var runs = PairedRuns(.valueByLimit)
            for (value, limit) in zip(times[index], times[0]) { runs.add(value: value, limit: limit) }
            let isLargest = index == scaledDatasets.count - 1
            return Figure(
                "scale, \(name) at \(scaledDatasets[index].dataset.sessions)", runs, unit: "ms",
                goal: isLargest ? .atMost(1.3) : .stated)
        }
    }

    private func samples(_ count: Int, _ work: () async throws -> Void) async throws -> [Double] {
        var samples: [Double] = []
        for _ in 0..<count { samples.append(try await duration(of: work) * 1000) }
        return samples
    }
}
