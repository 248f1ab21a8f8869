import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("servers with German messages")
struct TranslatedServerTests {
    @Test("exit statuses and error codes are the same as with English messages")
    func sameAnswers() async throws {
        let server = try await TestServer.start()
        let locales = try ScratchFolder()
        try await Studio.on(server) { studio in
            try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at", "2026-12-01 09:00"
            )
            try await studio.database.query("CREATE ROLE full_up LOGIN CONNECTION LIMIT 0 IN ROLE intro_service")
            let english = try await answers(of: studio)
            #expect(
                english == [
                    "3 slot_taken", "3 intro_already_booked", "78 configuration", "78 configuration", "75 try_again",
                ])
            await studio.database.close()

            try localize(into: locales.path)
            try await server.stop()
            try await server.resume(through: "env", "LOCPATH=\(locales.path)")
            let german = Studio(
                database: Database(.init(conninfo: studio.conninfo), logger: .silent), conninfo: studio.conninfo,
                home: studio.home)
            try await german.database.withConnection {
                try await $0.execute(script: "ALTER SYSTEM SET lc_messages = 'de_DE.UTF-8'")
                _ = try await $0.query("SELECT pg_reload_conf()")
            }
            try await wait(until: "the server's messages are German") {
                let own = Database(.init(conninfo: studio.conninfo), logger: .silent)
                let error = await #expect(throws: PostgresError.self) { try await own.query("SELECT 1 / 0") }
                await own.close()
                return error?.message == "Division durch Null"
            }
            #expect(try await answers(of: german) == english)
            await german.database.close()
        }
        try await server.stop()
    }

    /// Returns exit status and code of a refused booking, a second booking, an unknown database, an unknown login and a
    /// full login.
    private func answers(of studio: Studio) async throws -> [String] {
        let places = [
            (studio.conninfo, "ben@example.com"), (studio.conninfo, "ana@example.com"),
            (studio.conninfo.replacing(/dbname=\S+/, with: "dbname=nowhere"), "ben@example.com"),
            (studio.conninfo + " user=stranger", "ben@example.com"),
            (studio.conninfo + " user=full_up", "ben@example.com"),
        ]
        var answers: [String] = []
        for (conninfo, client) in places {
            let result = try await studio.reached(by: conninfo).intro(
                "book", "--client", client, "--name", client == "ben@example.com" ? "Ben" : "Ana", "--trainer", "maria",
                "--at", client == "ben@example.com" ? "2026-12-01 09:00" : "2026-12-01 11:00", "--json")
            answers.append("\(result.exit) \(result.error?.code ?? "")")
        }
        return answers
    }

    /// Compiles the locale, which a minimal machine does not have.
    private func localize(into folder: String) throws {
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/localedef")
        program.arguments = ["-i", "de_DE", "-f", "UTF-8", "\(folder)/de_DE.UTF-8"]
        try program.run()
        program.waitUntilExit()
        try #require(program.terminationStatus == 0)
        // The server runs as another user.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    }
}
