import FoundationEssentials

/// Processes of `intro`, compared with psql running the same statements.
struct CommandLineRuns: Part {
    static let name = "cli"

    func run(in context: BenchContext) async throws -> [Figure] {
        let gauge = try await gauge(try await context.dataset(), in: context)
        var figures = [try await measureVersion(gauge, in: context)]
        figures += try await compareReading("schedule", ["trainer-60"], gauge, in: context)
        figures += try await compareReading("slots", ["--studio", "studio-4"], gauge, in: context)
        return try await context.withDatasetCopy { dataset in
            figures += try await compareBooking(dataset, try await self.gauge(dataset, in: context), in: context)
            return figures
        }
    }

    /// Measures the start of a process that needs no database.
    private func measureVersion(_ gauge: ProcessGauge, in context: BenchContext) async throws -> Figure {
        var times: [Double] = []
        for _ in 0..<context.sizes.rounds {
            var round: [Double] = []
            for _ in 0..<context.sizes.processes {
                round.append(try await gauge.measure([gauge.intro, "--version"]).milliseconds)
            }
            times.append(median(round))
        }
        return Figure("cli, intro --version", times, unit: "ms", goal: .atMost(10))
    }

    private func gauge(_ dataset: Dataset, in context: BenchContext) async throws -> ProcessGauge {
        ProcessGauge(
            program: try await context.compile("measure"), server: context.server, database: dataset.database,
            intro: "\(context.binaries)/intro")
    }

    private func compareReading(
        _ command: String, _ arguments: [String], _ gauge: ProcessGauge, in context: BenchContext
    ) async throws -> [Figure] {
        let commandLine = [command] + arguments
        let statements = try await gauge.server.statements(in: gauge.database) { try await gauge.intro(commandLine) }
        let replay = Replay(statements: statements)
        let script = try replay.texts(replay.literals).joined(separator: ";\n")
        return try await compare(command, in: context) {
            try await gauge.measureIntro(commandLine)
        } psql: {
            try await gauge.measurePsql(script)
        }
    }

    private func compareBooking(
        _ dataset: Dataset, _ gauge: ProcessGauge, in context: BenchContext
    ) async throws -> [Figure] {
        let booking = try await ProcessBooking(dataset, gauge)
        return try await compare("book", in: context) {
            let freeSlot = FreeSlot(dataset.takeFreeSlots(1).lowerBound, of: dataset)
            return try await gauge.measureIntro(ProcessBooking.commandLine(freeSlot))
        } psql: {
            let freeSlot = FreeSlot(dataset.takeFreeSlots(1).lowerBound, of: dataset)
            return try await gauge.measurePsql(try booking.script(freeSlot))
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

/// A booking by a process of `intro`, as statements for psql.
struct ProcessBooking {
    private let replay: Replay
    private let binds: FreeSlotBinds

    /// Books once, and keeps the statements from the server's log.
    init(_ dataset: Dataset, _ gauge: ProcessGauge) async throws {
        let freeSlot = FreeSlot(dataset.takeFreeSlots(1).lowerBound, of: dataset)
        let statements = try await gauge.server.statements(in: dataset.database) {
            try await gauge.intro(Self.commandLine(freeSlot))
        }
        let row = try await gauge.server.psql(
            dataset.database,
            ["-c", "SELECT request_id, reference, client_id, id FROM session ORDER BY id DESC LIMIT 1"])
        let fields = row.split(whereSeparator: { $0 == "|" || $0.isNewline }).map(String.init)
        guard fields.count == 4, let client = Int64(fields[2]), let session = Int64(fields[3]) else {
            throw BenchFailure("the booking is not there", because: row)
        }
        replay = Replay(statements: statements)
        binds = FreeSlotBinds(
            logged: freeSlot, key: fields[0], reference: fields[1], client: client, session: session)
    }

    /// Returns the command line that books a free slot.
    static func commandLine(_ freeSlot: FreeSlot) -> [String] {
        [
            "book", "--client", freeSlot.email, "--name", freeSlot.name, "--phone", freeSlot.phone, "--trainer",
            "trainer-\(freeSlot.trainer)", "--at", freeSlot.startText,
        ]
    }

    /// Returns the same statements for another free slot.
    func script(_ freeSlot: FreeSlot) throws -> String {
        try replay.texts(binds.expressions(FreeSlotBinds.psql(freeSlot))).joined(separator: ";\n")
    }
}
