import FoundationEssentials

/// The read-only commands in a database with three years of sessions of sixty studios.
struct Growth: Part {
    static let name = "growth"
    static let isOnRequest = true

    /// The commands, and the maximum database time of each in milliseconds.
    ///
    /// Planning reads the sessions that may be due, and a search for a common part of addresses reads all rows that
    /// contain it.
    private static let commands: [(command: String, bound: Double)] = [
        ("slots --studio studio-4", 50), ("slots --trainer trainer-60 --days 14", 50), ("schedule trainer-60", 50),
        ("schedule trainer-60 --days 14 --format csv", 50), ("agenda studio-4", 50),
        ("agenda studio-4 --affected", 50),
        ("schedule trainer-60 --as-of 2027-01-03%09:00", 50), ("sessions", 50), ("sessions --client ADDRESS", 50),
        ("sessions --unmarked", 50), ("log", 50), ("log REFERENCE", 50), ("log trainer-60", 50),
        ("show REFERENCE", 50), ("why REFERENCE", 50), ("client list", 50), ("client list --search garcia", 100),
        ("client list --search chloe%kowalski", 100), ("client list --search lai%oak", 100),
        ("client list --search zzqqx", 50),
        ("client list --search 4151000123", 50), ("client list --search 0123", 50),
        ("client list --search ADDRESS", 100),
        ("client show ADDRESS", 50), ("client export ADDRESS", 50), ("reminders list", 50),
        ("reminders list --status failed", 50),
        ("reminders list --status queued", 50), ("reminders unknown", 50),
        ("reminders resend --status failed --since 1d --dry-run", 50), ("reminders plan", 300),
        ("reminders send", 100), ("rules list --studio studio-4", 50), ("trainer show trainer-60", 50),
        ("studio show studio-4", 50), ("jobs list", 50), ("jobs stats", 50), ("suppression list", 50),
        ("mail list", 50), ("sms list", 50), ("status", 1000),
    ]

    /// A week of a studio's sessions, which is compared with psql.
    private static let week = [
        "sessions", "--studio", "studio-4", "--from", "2026-12-28", "--until", "2027-01-04", "--limit", "1000",
    ]

    func run(in context: BenchContext) async throws -> [Figure] {
        let gauge = try await fill(in: context)
        // Messages that are due at the beginning are sent first, so that the measured batch has none.
        try await gauge.intro(["reminders", "send", "--yes"])
        let (reference, address) = try await client(of: gauge)
        var figures: [Figure] = []
        for (command, bound) in Self.commands {
            let arguments = command.replacing("REFERENCE", with: reference).replacing("ADDRESS", with: address)
                .split(separator: " ").map { String($0).replacing("%", with: " ") }
            var times: [Double] = []
            for _ in 0..<context.sizes.rounds {
                times.append(
                    try await gauge.server.milliseconds(in: gauge.database) { try await gauge.intro(arguments) })
            }
            let name = "growth, \(command.replacing("%", with: " "))"
            figures.append(Figure(name, times, unit: "ms", goal: .atMost(bound)))
        }
        return figures + [try await week(gauge, in: context), try await verify(gauge, in: context)]
    }

    /// Compares the process that lists a studio's week with psql that runs the same statements.
    private func week(_ gauge: ProcessGauge, in context: BenchContext) async throws -> Figure {
        let statements = try await gauge.server.statements(in: gauge.database) { try await gauge.intro(Self.week) }
        let replay = Replay(statements: statements)
        let script = try replay.texts(replay.literals).joined(separator: ";\n")
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            try await gauge.measureIntro(Self.week).milliseconds
        } limit: {
            try await gauge.measurePsql(script).milliseconds
        }
        return Figure("growth, sessions, a studio's week", runs, unit: "ms", goal: .atMost(1.3))
    }

    /// Measures the whole process that checks all invariants, which uses two connections.
    private func verify(_ gauge: ProcessGauge, in context: BenchContext) async throws -> Figure {
        context.logProgress("growth: checking the invariants")
        return Figure(
            "growth, verify, elapsed", [try await gauge.measureIntro(["verify"]).seconds], unit: "s",
            goal: .atMost(60))
    }

    /// Creates the data set.
    private func fill(in context: BenchContext) async throws -> ProcessGauge {
        let (server, database) = (context.server, "growth")
        context.logProgress("making \(context.sizes.past) sessions")
        try await server.makeIntroDatabase(database)
        try await server.psql(
            database,
            [
                "-v", "sessions=\(context.sizes.past)", "-v", "upcoming=\(context.sizes.upcoming)", "-v",
                "now=2027-01-04 08:00:00+00", "-f",
                context.source("growth.sql"),
            ])
        return ProcessGauge(
            program: try await context.compile("measure"), server: server, database: database,
            intro: "\(context.binaries)/intro")
    }

    /// Returns the reference of a session and its client's address.
    private func client(of gauge: ProcessGauge) async throws -> (reference: String, address: String) {
        let query = "SELECT reference, email FROM session JOIN client ON client.id = client_id LIMIT 1"
        let row = try await gauge.server.psql(gauge.database, ["-F", " ", "-c", query])
            .split(whereSeparator: \.isWhitespace).map { String($0) }
        guard row.count == 2 else { throw BenchFailure("there are no sessions", because: "\(row)") }
        return (row[0], row[1])
    }
}
