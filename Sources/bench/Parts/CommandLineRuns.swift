import FoundationEssentials

/// Whole processes of `intro`, beside psql running the same statements.
struct CommandLineRuns: Part {
    static let name = "cli"

    func run(in workshop: Workshop) async throws -> [Figure] {
        let gauge = try await gauge(try await workshop.world(), in: workshop)
        var figures: [Figure] = []
        figures += try await compareReading("schedule", ["trainer-60"], gauge, in: workshop)
        figures += try await compareReading("slots", ["--studio", "studio-4"], gauge, in: workshop)
        return try await workshop.withWorldCopy { world in
            figures += try await compareBooking(world, try await self.gauge(world, in: workshop), in: workshop)
            return figures
        }
    }

    private func gauge(_ world: World, in workshop: Workshop) async throws -> ProcessGauge {
        ProcessGauge(
            program: try await workshop.compile("measure"), server: workshop.server, database: world.database,
            intro: "\(workshop.binaries)/intro")
    }

    private func compareReading(
        _ command: String, _ arguments: [String], _ gauge: ProcessGauge, in workshop: Workshop
    ) async throws -> [Figure] {
        let words = [command] + arguments
        let statements = try await gauge.server.statements(in: gauge.database) { try await gauge.intro(words) }
        let replay = Replay(statements: statements)
        let script = try replay.texts(replay.literally).joined(separator: ";\n")
        return try await compare(command, in: workshop) {
            try await gauge.measureIntro(words)
        } psql: {
            try await gauge.measurePsql(script)
        }
    }

    private func compareBooking(
        _ world: World, _ gauge: ProcessGauge, in workshop: Workshop
    ) async throws -> [Figure] {
        let booking = try await ProcessBooking(world, gauge)
        return try await compare("book", in: workshop) {
            let opening = Opening(world.takeOpenings(1).lowerBound, of: world)
            return try await gauge.measureIntro(ProcessBooking.words(opening))
        } psql: {
            let opening = Opening(world.takeOpenings(1).lowerBound, of: world)
            return try await gauge.measurePsql(try booking.script(opening))
        }
    }

    private func compare(
        _ command: String, in workshop: Workshop, intro: () async throws -> ProcessGauge.Reading,
        psql: () async throws -> ProcessGauge.Reading
    ) async throws -> [Figure] {
        var memory: [Double] = []
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: workshop.sizes.rounds) {
            var times: [Double] = []
            for _ in 0..<workshop.sizes.processes {
                let reading = try await intro()
                times.append(reading.milliseconds)
                memory.append(reading.megabytes)
            }
            return median(times)
        } limit: {
            var times: [Double] = []
            for _ in 0..<workshop.sizes.processes { times.append(try await psql().milliseconds) }
            return median(times)
        }
        return [
            Figure("cli, intro \(command)", runs, unit: "ms", goal: .atMost(1.5)),
            Figure("cli, intro \(command), memory", memory, unit: "MB", goal: .atMost(60)),
        ]
    }
}
