import Foundation
import JobsTesting
import Logging
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite(
    "Listener without notifications", .timeLimit(.minutes(30)),
    .enabled(if: ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] == nil, "needs a Unix socket"))
struct SilentListenerTests {
    @Test("jobs are found by polling while the listener's connection is silently cut")
    func cutSilently() async throws {
        try await withJobFixture { fixture in
            let folder = String(try #require(fixture.conninfo.firstMatch(of: /host=(\S+)/)?.output.1))
            let proxy = try StallingProxy(toServerIn: folder)
            defer { proxy.stop() }
            let through = fixture.conninfo.replacing("host=\(folder)", with: "host=\(proxy.folder)")
            let listener = Listener(
                Database.Configuration(conninfo: through), channels: [JobQueue.channel], logger: .silent)
            let pool = fixture.makePool()
            var configuration = JobRunner.Configuration(name: "test", queues: [.init("default")])
            configuration.poll = .milliseconds(50)
            let seen = EventLog<String>()
            let runner = JobRunner(
                database: pool, listener: listener, handlers: .forNotes { note, _ in seen.note(note.text) },
                configuration: configuration, logger: .silent)
            let running = Task { try await runner.run() }
            try await fixture.waitForListener()
            proxy.stall(.everything)
            for number in 0..<5 {
                try await fixture.enqueue(NoteJob("\(number)"))
                try await seen.wait(for: "\(number)")
            }
            try await wait(until: "the proxy withholds the notifications") { proxy.withheld > 0 }
            runner.stop()
            _ = try await running.value
            await pool.close()
        }
    }
}
