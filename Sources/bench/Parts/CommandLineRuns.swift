import FoundationEssentials

/// Whole processes of `intro`, beside psql running the same statements.
struct CommandLineRuns: Part {
    static let name = "cli"

    func run(in context: BenchContext) async throws -> [Figure] {
        let gauge = try await gauge(try await context.dataset(), in: context)
        var figures: [Figure] = []
        figures += try await compareReading("schedule", ["trainer-60"], gauge, in: context)
        figures += try await compareReading("slots", ["--studio", "studio-4"], gauge, in: context)
        return try await context.withWorldCopy { dataset in
            figures += try await compareBooking(dataset, try await self.gauge(dataset, in: context), in: context)
            return figures
        }
    }

    private func gauge(_ dataset: Dataset, in context: BenchContext) async throws -> ProcessGauge {
        ProcessGauge(
            program: try await context.compile("measure"), server: context.server, database: dataset.database,
            intro: "\(context.binaries)/intro")
    }

    private func compareReading(
        _ command: String, _ arguments: [String], _ gauge: ProcessGauge, in context: BenchContext
    ) async throws -> [Figure] {
        let words = [command] + arguments
        let statements = try await gauge.server.statements(in: gauge.database) { try await gauge.intro(words) }
        let replay = Replay(statements: statements)
        let script = try replay.texts(replay.literally).joined(separator: ";\n")
        return try await compare(command, in: context) {
            try await gauge.measureIntro(words)
        } psql: {
            try await gauge.measurePsql(script)
        }
    }

    private func compareBooking(
        _ dataset: Dataset, _ gauge: ProcessGauge, in context: BenchContext
    ) async throws -> [Figure] {
        let booking = try await ProcessBooking(dataset, gauge)
        return try await compare("book", in: context) {
            let opening = FreeSlot(dataset.takeOpenings(1).lowerBound, of: dataset)
            return try await gauge.measureIntro(ProcessBooking.words(opening))
        } psql: {
            let opening = FreeSlot(dataset.takeOpenings(1).lowerBound, of: dataset)
            return try await gauge.measurePsql(try booking.script(opening))
        }
    }

    private func compare(
        _ command: String, in context: BenchContext, intro: () async throws -> ProcessGauge.Reading,
        psql: () async throws -> ProcessGauge.Reading
    ) async throws -> [Figure] {
        var memory: [Double] = []
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            var times: [Double] = []
            for _ in 0..<context.sizes.processes {
                let reading = try await intro()
                times.append(reading.milliseconds)
                memory.append(reading.megabytes)
            }
            return median(times)
        } limit: {
            var times: [Double] = []
            for _ in 0..<context.sizes.processes { times.append(try await psql().milliseconds) }
            return median(times)
        }
        return [
            Figure("cli, intro \(command)", runs, unit: "ms", goal: .atMost(1.5)),
            Figure("cli, intro \(command), memory", memory, unit: "MB", goal: .atMost(60)),
        ]
    }
}
