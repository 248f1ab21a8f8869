import Foundation
import Logging
import Postgres
import PostgresTesting
import Testing

@Suite("database.read_url", .enabled(if: Studio.isOnPrivateServer))
struct ReadDatabaseTests {
    @Test("commands that only read use a standby and state its lag, and the primary if it does not answer")
    func standby() async throws {
        let first = try await TestServer.startReplicated()
        try await Studio.on(first) { primary in
            let reference = try await primary.reference("Ana", at: "2026-12-01 09:00")
            let second = try await first.makeStandby(isSynchronous: false)
            let conninfo = primary.conninfo.replacing(/host=\S+/, with: "host=\(try second.socketFolder)")
            var studio = primary
            studio.settings["INTRO_DATABASE_READ_URL"] = conninfo
            try await second.catchUp(with: first)
            try await expectSameAnswers(studio, primary, reference)
            try await expectLag(studio, conninfo, second, first)
            try await second.stop()
            for words in [["sessions"], ["slots", "--json"], ["verify"]] {
                let result = try await studio.intro(words)
                #expect(result.exit == 0, "\(result.stderr)")
                #expect(result.stderr.contains("warning: reading from the primary"), "\(words): \(result.stderr)")
            }
            #expect(try await studio.answer("sessions").items.count == 2)
        }
    }

    /// Every command that reads from a standby prints what it prints on the primary, and a note.
    private func expectSameAnswers(_ studio: Studio, _ primary: Studio, _ reference: String) async throws {
        for command in [
            "slots", "slots --json", "schedule maria", "schedule maria --format csv", "agenda", "sessions --json",
            "log",
            "reminders list", "why \(reference)", "verify",
        ] {
            let words = command.split(separator: " ").map(String.init)
            let (read, expected) = (try await studio.intro(words), try await primary.intro(words))
            #expect(read.exit == 0 && read.stdout == expected.stdout, "\(command): \(read.stdout)\(read.stderr)")
            #expect(read.stderr.contains(/read from a standby, \d+\.\d s behind/), "\(command): \(read.stderr)")
            #expect(!expected.stderr.contains("standby"))
        }
        let verified = try await studio.answer("verify")
        #expect(verified["standby"] == true && verified["lag_seconds"] != nil)
        #expect(!(try await studio.intro("trainer", "list")).stderr.contains("standby"))
        #expect(!(try await studio.intro("slots", "--database", primary.conninfo)).stderr.contains("standby"))
        // A preview plans messages, and rolls the planning back.
        let conninfo = try #require(studio.settings["INTRO_DATABASE_READ_URL"])
        for words in [["plan"], ["send", "--dry-run"]] {
            let preview = try await primary.intro(["reminders"] + words + ["--database", conninfo, "--json"])
            #expect(preview.exit == 75, "\(words): \(preview.stdout)\(preview.stderr)")
            #expect(preview.error?.message.hasPrefix("a preview needs the primary") == true, "\(preview.stderr)")
        }
    }

    /// A booking is made on the primary, and a standby that has not applied it is behind.
    private func expectLag(
        _ studio: Studio, _ conninfo: String, _ standby: TestServer, _ primary: TestServer
    ) async throws {
        let database = Database(Database.Configuration.patient(conninfo: conninfo), logger: .silent)
        try await database.query("SELECT pg_wal_replay_pause()")
        try await studio.book("Bea", at: "2026-12-01 10:00", with: "james")
        try await wait(until: "the standby has received the booking") {
            try await database.query("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()").decode(Bool.self)
                == [true]
        }
        #expect(try await studio.answer("sessions").items.count == 1)
        let verified = try await studio.answer("verify")
        #expect(verified["lag_seconds"] != .number(0), "\(verified)")
        try await database.query("SELECT pg_wal_replay_resume()")
        try await standby.catchUp(with: primary)
        #expect(try await studio.answer("sessions").items.count == 2)
        await database.close()
    }

    @Test("a primary is read without a note, a database without the schema with a warning")
    func other() async throws {
        try await Studio.with { primary in
            var studio = primary
            studio.settings["INTRO_DATABASE_READ_URL"] = primary.conninfo
            let result = try await studio.intro("sessions")
            #expect(result.exit == 0 && result.stderr.isEmpty, "\(result.stderr)")
            studio.settings["INTRO_DATABASE_READ_URL"] = primary.conninfo + " dbname=postgres"
            let empty = try await studio.intro("schedule", "maria")
            #expect(empty.exit == 0 && empty.stderr.contains("warning: reading from the primary"), "\(empty.stderr)")
        }
    }

    @Test("a malformed URL exits with 78 and names the setting")
    func malformed() async throws {
        try await Studio.with { primary in
            var studio = primary
            studio.settings["INTRO_DATABASE_READ_URL"] = "//localhost/intro"
            let result = try await studio.intro("slots", "--json")
            #expect(
                result.exit == 78 && result.error?.message.contains("database.read_url") == true, "\(result.stderr)")
        }
    }
}
