import Jobs
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@Suite("Handlers during a database outage")
struct OutageTests {
    @Test("the outage is logged instead of failing jobs, and its end at the next claim")
    func handlers() async throws {
        try await withJobFixture { fixture in
            let (log, seen) = (CapturedLog(), EventLog<String>())
            try await fixture.enqueue([NoteJob("x")])
            let away = Database(Database.Configuration(conninfo: "host=/nonexistent"), logger: .silent)
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                try await away.query("SELECT 1")
            }
            try await fixture.withRunner(handlers, logger: log.logger) { _ in
                try await wait(until: "the job has failed") { try await fixture.jobs().map(\.failures) == [1] }
                try await wait(until: "the outage has ended") {
                    log.text.contains("notice") || log.text.contains("warning jobs fail")
                }
            }
            let lines = log.text.split(separator: "\n").filter { !$0.hasPrefix("debug") }
            #expect(lines.count == 2, "\(log.text)")
            #expect(lines.first?.contains("the database does not answer") == true, "\(log.text)")
            #expect(lines.last?.contains("the database answers again") == true, "\(log.text)")
        }
    }
}

@Suite("Logging of failing jobs")
struct FailingJobTests {
    private struct Failing: Error {}

    @Test("logs once that jobs fail, then that one is dead, without the error text")
    func deadJob() async throws {
        try await withJobFixture { fixture in
            let log = CapturedLog()
            var options = JobOptions()
            options.maxAttempts = 2
            try await fixture.enqueue([NoteJob("Ana Lopez")], options)
            let handlers = JobHandlers.forNotes { _, _ in throw Failing() }
            func retryAtOnce(_ configuration: inout JobRunner.Configuration) {
                configuration.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
            }
            try await fixture.withRunner(handlers, logger: log.logger, configure: retryAtOnce) { _ in
                try await wait(until: "a job is dead") { log.text.contains("a job is dead") }
            }
            let lines = log.text.split(separator: "\n").filter { !$0.hasPrefix("debug") }
            #expect(lines.count == 2, "\(log.text)")
            #expect(lines.first?.hasPrefix("warning jobs fail and are tried again") == true, "\(log.text)")
            #expect(lines.last?.hasPrefix("error a job is dead") == true, "\(log.text)")
            #expect(lines.last?.contains("\"reason\": failed") == true, "\(log.text)")
            #expect(!log.text.contains("Ana") && !log.text.contains("Failing"), "\(log.text)")
        }
    }
}
