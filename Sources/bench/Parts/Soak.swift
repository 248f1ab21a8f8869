import FoundationEssentials

/// Many operations in one process: it must end as lean as it began.
struct Soak: Part {
    static let name = "soak"

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withWorldCopy { try await run(in: $0, context) }
    }

    private func run(in dataset: Dataset, _ context: BenchContext) async throws -> [Figure] {
        let openings = dataset.takeOpenings(context.sizes.operations)
        // A process of its own: what the other parts have used must not hide what this one loses.
        let report = try await Program.run([
            "\(context.binaries)/bench", "--soak", context.server.conninfo(dataset.database), "--trainers",
            "\(dataset.trainers)", "--first", "\(openings.lowerBound)", "--count", "\(openings.count)",
        ])
        let readings = try JSONDecoder().decode([SoakWorker.Reading].self, from: Data(report.utf8))
        guard let early = readings.first, let late = readings.last, readings.count > 1 else {
            throw BenchFailure("the soak told nothing", because: report)
        }
        let settled = readings.dropFirst().map(\.megabytes)
        return [
            Figure(
                "soak, descriptors gained", [Double(late.descriptors - early.descriptors)], unit: "",
                goal: .atMost(0)),
            Figure(
                "soak, connections gained", [Double(late.connections - early.connections)], unit: "",
                goal: .atMost(0)),
            Figure("soak, memory", settled, unit: "MB", goal: .stated),
            Figure(
                "soak, memory at the end by that at a tenth", [late.megabytes / readings[1].megabytes], unit: "",
                goal: .atMost(1.1)),
        ]
    }
}
