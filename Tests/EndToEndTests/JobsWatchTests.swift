import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("jobs watch and confirmation on a terminal")
struct JobsWatchTests {
    @Test("to a pipe, prints one line of JSON for each update, and ends after --count")
    func json() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let result = try await fixture.run("jobs", "watch", "--json", "--count", "2", "--interval", "100ms")
            #expect(result.exit == 0)
            let lines = result.stdout.split(separator: "\n").map { Data($0.utf8) }
            #expect(lines.count == 2)
            let boards = try lines.map { try JSONDecoder().decode(JSON.self, from: $0) }
            #expect(boards.allSatisfy { $0.names == ["statistics", "running", "dead"] })
            #expect(boards[0]["running"]?.items.map { $0["id"] } == [3])
            #expect(boards[0]["dead"]?.items.map { $0["id"] } == [11, 10])
        }
    }

    @Test(
        "to a pipe, prints text without escapes, and exits with 0 when interrupted",
        arguments: [
            SIGINT, SIGTERM,
        ])
    func text(_ signal: Int32) async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let result = try await IntroBinary.run(
                ["jobs", "watch", "--interval", "1h"], environment: fixture.environment
            ) { process in
                try await wait(until: "the command waits for its second update") { await fixture.isIdle() }
                kill(process, signal)
            }
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(result.stderr.isEmpty)
            #expect(!result.stdout.contains("\u{1B}"))
            for word in ["QUEUE", "RUNNER", "RUNNING", "DEAD", "host-1", "letter"] {
                #expect(result.stdout.contains(word))
            }
        }
    }

    @Test(
        "on a terminal, shows one screen until q, Ctrl-C or SIGTERM, and restores the terminal",
        arguments: ["q", "\u{3}", "TERM"])
    func terminal(_ end: String) async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let terminal = try Terminal()
            let before = terminal.mode
            let exit = try await terminal.run("jobs", "watch", environment: fixture.environment) { process in
                try await wait(until: "the screen shows the runner") { terminal.text.contains("host-1") }
                #expect(terminal.mode != before)
                if end == "TERM" { kill(process, SIGTERM) } else { terminal.type(end) }
            }
            try await wait(until: "the command leaves the screen") {
                terminal.text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l")
            }
            #expect(exit == 0)
            #expect(terminal.mode == before)
            #expect(terminal.text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l"))
        }
    }

    @Test("on a terminal, redraws the screen at once when the window is resized")
    func size() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let terminal = try Terminal(rows: 24, columns: 200)
            let exit = try await terminal.run(
                "jobs", "watch", "--interval", "1h", environment: fixture.environment
            ) { _ in
                try await wait(until: "the screen is drawn") { terminal.frames.count == 1 }
                terminal.resize(rows: 12, columns: 30)
                try await wait(until: "the screen is drawn again") { terminal.frames.count == 2 }
                terminal.type("q")
            }
            #expect(exit == 0)
            #expect(terminal.frames[0].contains { $0.count > 30 })
            #expect(terminal.frames[1].allSatisfy { $0.count < 30 })
            #expect(terminal.frames[1].count <= 12)
        }
    }

    @Test("a dumb terminal gets the same output as a pipe")
    func dumb() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let terminal = try Terminal()
            let environment = fixture.environment.merging(["TERM": "dumb"]) { $1 }
            let exit = try await terminal.run("jobs", "watch", "--count", "1", environment: environment) { _ in }
            try await wait(until: "the output is complete") { terminal.text.contains("again") }
            #expect(exit == 0)
            #expect(!terminal.text.contains("\u{1B}"))
        }
    }

    @Test("NO_COLOR turns off colours but not the screen")
    func noColor() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            for (variables, isColored) in [([:], true), (["NO_COLOR": "1"], false)] {
                let terminal = try Terminal()
                let environment = fixture.environment.merging(variables) { $1 }
                let exit = try await terminal.run("jobs", "watch", "--count", "1", environment: environment) { _ in }
                try await wait(until: "the command leaves the screen") { terminal.text.hasSuffix("\u{1B}[?1049l") }
                #expect(exit == 0)
                #expect(terminal.text.contains("\u{1B}[2m") == isColored)
            }
        }
    }

    @Test(
        "discard asks on a terminal, and deletes only after a yes",
        arguments: [("n\n", false), ("\n", false), ("y\n", true)])
    func confirmation(_ answer: String, _ isYes: Bool) async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let terminal = try Terminal()
            let exit = try await terminal.run("jobs", "discard", "--all", environment: fixture.environment) { _ in
                try await wait(until: "the command asks") {
                    terminal.text.contains("Delete 2 dead jobs permanently? [y/N] ")
                }
                terminal.type(answer)
            }
            #expect(exit == (isYes ? 0 : 3))
            #expect(try await fixture.array("jobs", "list", "--state", "dead").count == (isYes ? 0 : 2))
        }
    }
}

extension Terminal {
    /// The lines of each frame, without colours.
    fileprivate var frames: [[String]] {
        let pictures = text.split(separator: "\u{1B}[H").dropFirst().filter {
            $0.contains("\u{1B}[J") && $0.contains("Jobs")
        }
        return pictures.map { picture in
            picture.split(separator: "\r\n").map {
                String($0).replacing(/\u{1B}\[[?0-9;]*[A-Za-z]|\r/, with: "")
            }
        }
    }
}

extension CommandFixture {
    /// Whether the command's connection is idle after the query for dead jobs.
    fileprivate func isIdle() async -> Bool {
        let count = try? await store.database.query(
            """
            SELECT count(*)
            FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle' AND query LIKE '%ORDER BY died_at DESC%'
              AND pid <> pg_backend_pid()
            """
        ).decode(Int.self)[0]
        return count == 1
    }
}
