import Foundation
import Postgres
import Testing

@Suite("logins with the role intro_reader")
struct ReaderTests {
    private static let commands = [
        "slots", "verify", "schedule maria", "schedule maria --format ics", "schedule maria --format csv",
        "agenda downtown",
        "agenda downtown --open", "agenda downtown --affected", "reminders plan", "reminders plan --until 2d",
        "reminders list", "reminders list --status queued", "reminders unknown", "reminders preview confirmation",
        "reminders send --dry-run", "reminders resend --status failed --since 1d --dry-run", "rules list",
        "rules list --studio downtown", "rules show one-day", "quiet-hours list", "suppression list", "templates check",
        "sms list", "mail list", "jobs list", "jobs list --state dead", "jobs stats", "jobs schedule", "studio list",
        "studio show downtown", "trainer list", "trainer show maria", "trainer hours maria",
        "trainer away maria --list",
        "sessions", "sessions --unmarked --format csv", "log", "log REFERENCE", "log ana@example.com", "log maria",
        "client list", "client list --search ana", "client show ana@example.com", "show REFERENCE", "why REFERENCE",
        "setup --check", "status", "doctor", "retention --dry-run",
    ]

    @Test("a login that can only read can run every read-only command, and none of four that write")
    func commands() async throws {
        try await withReader { studio, reader in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            for command in Self.commands {
                let words = command.replacing("REFERENCE", with: reference).split(separator: " ").map(String.init)
                let result = try await reader.intro(words)
                #expect(result.exit == 0, "\(command): \(result.stderr)")
            }
            let before = try await studio.fingerprint()
            for command in [
                "cancel \(reference)", "client edit ana@example.com --name Bea", "jobs pause messages",
                "retention --yes",
            ] {
                let result = try await reader.intro(command.split(separator: " ").map(String.init))
                #expect(result.exit == 78, "\(command): \(result.exit) \(result.stderr)")
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    private func withReader(_ body: (_ studio: Studio, _ reader: Studio) async throws -> Void) async throws {
        try await Studio.with { studio in
            let roles = try await studio.database.query("SELECT FROM pg_roles WHERE rolname = 'intro_reader'")
            guard roles.count == 1 else { try Test.cancel("this server's user may not create roles") }
            try await studio.answer("setup")
            let login = "reader_\(UUID().uuidString.prefix(8).lowercased())"
            try await studio.database.query("CREATE ROLE \(unsafeSQL: login) LOGIN IN ROLE intro_reader")
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(studio, studio.reached(by: "\(studio.conninfo) user=\(login)")))
            } catch {
                outcome = .failure(error)
            }
            try await studio.database.query("DROP ROLE \(unsafeSQL: login)")
            try outcome.get()
        }
    }
}
