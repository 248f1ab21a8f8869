import FoundationEssentials

/// Processes of `intro` on a distant database, compared with psql sending one short statement to it.
struct Far: Part {
    static let name = "far"

    /// The delay of each answer in milliseconds: one for each direction.
    private static let roundTrip = 2

    /// The maximum time in milliseconds by which a command takes longer than psql.
    private static let goals = (reading: 4.0, booking: 10.0)

    func run(in context: BenchContext) async throws -> [Figure] {
        try await context.withDatasetCopy { dataset in
            let socket = "\(context.server.folder)/.s.PGSQL.5432"
            let delay = try await context.compile("delay")
            let proxy = try ChildProcess([delay, socket, "\(Self.roundTrip)"], in: ChildProcess.makeFolder("far"))
            defer { proxy.terminate() }
            let port = try await proxy.listeningPort(
                orThrow: BenchFailure("no connections are taken", because: "\(delay) does not listen"))
            return try await run(in: dataset, port: port, context)
        }
    }

    private func run(in dataset: Dataset, port: Int, _ context: BenchContext) async throws -> [Figure] {
        let gauge = ProcessGauge(
            program: try await context.compile("measure"), server: context.server, database: dataset.database,
            intro: "\(context.binaries)/intro")
        let far = Server(gauge: gauge, port: port)
        return [
            try await compare("slots", atMost: Self.goals.reading, far, in: context) {
                ["slots", "--studio", "studio-4"]
            },
            try await compare("schedule", atMost: Self.goals.reading, far, in: context) { ["schedule", "trainer-60"] },
            try await compare("book", atMost: Self.goals.booking, far, in: context) {
                ProcessBooking.commandLine(FreeSlot(dataset.takeFreeSlots(1).lowerBound, of: dataset))
            },
        ]
    }

    /// The distant server.
    private struct Server {
        let gauge: ProcessGauge
        let port: Int

        func intro(_ arguments: [String]) async throws -> Double {
            let url = "postgresql://postgres@127.0.0.1:\(port)/\(gauge.database)"
            return try await gauge.measureIntro(arguments, environment: ["INTRO_DATABASE_URL": url]).milliseconds
        }

        func psql() async throws -> Double {
            let place = ["PGHOST": "127.0.0.1", "PGPORT": "\(port)"]
            return try await gauge.measurePsql("SELECT 1", environment: place).milliseconds
        }
    }

    /// Measures by how many milliseconds a command takes longer than psql, process by process.
    private func compare(
        _ name: String, atMost bound: Double, _ far: Server, in context: BenchContext,
        command: () throws -> [String]
    ) async throws -> Figure {
        var differences: [Double] = []
        // The first command reads from disk.
        _ = try await far.intro(try command())
        for _ in 0..<context.sizes.rounds {
            var differencesOfRound: [Double] = []
            for _ in 0..<context.sizes.processes {
                let psql = try await far.psql()
                differencesOfRound.append(try await far.intro(try command()) - psql)
            }
            differences.append(median(differencesOfRound))
        }
        return Figure("far, \(name), longer than psql", differences, unit: "ms", goal: .atMost(bound))
    }
}
