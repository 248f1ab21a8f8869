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
        ("show REFERENCE", 50), ("why REFERENCE", 50), ("client list", 50), ("client list --search garcia", 100),
        ("client list --search chloe%kowalski", 100), ("client list --search zzqqx", 50),
        ("client list --search 4151000123", 50), ("client list --search 0123", 50),
        ("client list --search ADDRESS", 100),
        ("client show ADDRESS", 50), ("reminders list", 50), ("reminders list --status failed", 50),
        ("reminders list --status queued", 50), ("reminders unknown", 50),
        ("reminders resend --status failed --since 1d --dry-run", 50), ("reminders plan", 300),
        ("reminders send", 100), ("rules list --studio studio-4", 50), ("trainer show trainer-60", 50),
        ("studio show studio-4", 50), ("jobs list", 50), ("jobs stats", 50), ("suppression list", 50),
        ("verify", 60_000),
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
        return figures
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
            program: "", server: server, database: database, intro: "\(context.binaries)/intro")
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
