import Foundation
import PostgresTesting
import Testing

@Suite("reports of a database outage by a runner", .timeLimit(.minutes(30)))
struct DatabaseOutageTests {
    @Test("logs one problem and exports intro_database_up 0 until the database answers again")
    func databaseAway() async throws {
        try await Studio.onOwnServer { studio, server in
            let (log, metrics) = (WrittenFile(studio.home + "/log"), WrittenFile(studio.home + "/intro.prom"))
            let ended = try await studio.intro(
                ["run", "--metrics-file", metrics.path], environment: ["JOURNAL_STREAM": "8:1"], log: log.path
            ) { runner in
                try await wait(until: "the runner is registered") { try await studio.count("job_runner") == 1 }
                #expect(metrics.text.contains("intro_database_up 1\n"))
                try await server.stop(.fast)
                try await wait(until: "the metrics show the outage") {
                    metrics.text.contains("intro_database_up 0\n")
                }
                try await server.resume()
                try await wait(until: "the metrics show its end") {
                    metrics.text.contains("intro_database_up 1\n")
                }
                try await studio.book("Ana", at: "2026-12-07 09:00")
                try await wait(until: "the runner sends again") { try await studio.messages("sent") == 1 }
                try await wait(until: "the log shows the end") { log.text.contains("answers again") }
                kill(runner, SIGTERM)
            }
            #expect(ended.exit == 0)
            let lines = log.entries
            #expect(lines.count == 2, "\(lines.joined(separator: "\n"))")
            let begin = "<4>intro: warning: the database does not answer; trying again error=PostgreSQL: "
            #expect(lines.first?.hasPrefix(begin) == true, "\(lines)")
            #expect(lines.last?.contains(/^<5>intro: notice: the database answers again lasted=\d+ (s|min)$/) == true)
        }
    }

    @Test("logs one problem while results of jobs cannot be stored, and its end")
    func refusedResults() async throws {
        try await Studio.with { studio in
            let log = WrittenFile(studio.home + "/log")
            _ = try await studio.ask(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'ana@example.com' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER refuse BEFORE DELETE ON job FOR EACH ROW EXECUTE FUNCTION refuse();
                """)
            try await studio.book("Ana", at: "2026-12-07 09:00")
            let ended = try await studio.intro(["run"], environment: ["JOURNAL_STREAM": "8:1"], log: log.path) {
                runner in
                try await wait(until: "a result cannot be stored") { log.text.contains("SQLSTATE 53100") }
                _ = try await studio.ask("DROP TRIGGER refuse ON job")
                try await wait(until: "the result is stored") { try await studio.count("job") == 0 }
                kill(runner, SIGTERM)
            }
            #expect(ended.exit == 0)
            let lines = log.entries
            let begin =
                "<4>intro: warning: results of jobs cannot be stored; trying again error=PostgreSQL: server, SQLSTATE 53100"
            #expect(lines.first?.hasPrefix(begin) == true, "\(lines)")
            #expect(
                lines.last?.hasPrefix("<5>intro: notice: results of jobs are stored again lasted=") == true, "\(lines)")
            #expect(lines.count == 2 && !lines.joined().contains("ana@example.com"), "\(lines)")
        }
    }
}

/// A file that a process writes while a test reads it.
private struct WrittenFile {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// The content; empty before the process has created the file.
    var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// The log entries of priority "notice" and above.
    var entries: [String] {
        text.split(separator: "\n").map(String.init).filter { $0.contains(/^<[0-5]>/) }
    }
}
