import BookingStoreTesting
import Foundation
import Postgres
import Testing

/// The fixture of one test: commands on its own database at 2026-11-23 08:00 in Los Angeles.
struct CommandFixture: Sendable {
    /// The store fixture, for changes that no command makes.
    let store: BookingFixture

    /// Runs a test with a new database.
    static func with(_ body: (CommandFixture) async throws -> Void) async throws {
        try await withBookingFixture(connections: 2) { try await body(CommandFixture(store: $0)) }
    }

    /// Runs `intro` to its end.
    func run(_ arguments: String...) async throws -> IntroBinary.Result {
        try await run(arguments)
    }

    /// Runs `intro` to its end with a list of arguments.
    func run(_ arguments: [String]) async throws -> IntroBinary.Result {
        try await IntroBinary.run(
            ["--now", "2026-11-23T08:00:00-08:00"] + arguments,
            environment: ["INTRO_DATABASE_URL": store.conninfo, "INTRO_ACTOR": "admin"])
    }

    /// Runs a command that must succeed, and reads the object that it prints under `--json`.
    func object(_ arguments: String...) async throws -> NSDictionary {
        try #require(try await json(arguments) as? NSDictionary)
    }

    /// Runs a command that must succeed, and reads the list that it prints under `--json`.
    func array(_ arguments: String...) async throws -> [NSDictionary] {
        try #require(try await json(arguments) as? [NSDictionary])
    }

    private func json(_ arguments: [String]) async throws -> Any {
        let result = try await run(arguments + ["--json"])
        try #require(result.exit == 0, "\(arguments): \(result.stderr)")
        return try JSONSerialization.jsonObject(with: Data(result.stdout.utf8))
    }

    /// The content of all tables of the administrative commands, as one text.
    func contents() async throws -> String {
        let tables = ["studio", "closure", "trainer", "hours_season", "hours", "time_off", "client"]
        let reads = tables.map { "SELECT coalesce(string_agg(t::text, ';'), '') FROM \($0) AS t" }
        return try await store.database.withConnection { connection in
            try await connection.query("\(unsafeSQL: reads.joined(separator: " UNION ALL "))").decode(String.self)
        }.joined(separator: "\n")
    }

    /// Adds a studio in Los Angeles and a trainer with hours there.
    func open() async throws {
        try await store.addStudio("downtown")
        try await store.addTrainer("maria", hours: "daily 09:00-17:00")
    }

    /// Books a session for a new client and returns its reference.
    func book(_ email: String, at start: String) async throws -> String {
        let booking = try await object(
            "book", "--client", email, "--name", "Ana", "--at", start, "--studio", "downtown")
        return try #require(booking["reference"] as? String)
    }
}
