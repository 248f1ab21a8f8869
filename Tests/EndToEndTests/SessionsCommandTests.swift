import Foundation
import Postgres
import Testing

@Suite("the list of sessions")
struct SessionsCommandTests {
    /// Three clients: Ana attended, Ben cancelled, Cal is booked for later.
    private static func withSessions(_ body: (Studio) async throws -> Void) async throws {
        try await Studio.with { studio in
            for (name, time, trainer, source) in [
                ("Ana", "2026-12-01 09:00", "maria", "Walk-in"), ("Ben", "2026-12-02 10:00", "james", "web"),
                ("Cal", "2026-12-08 09:00", "maria", "web"),
            ] {
                try await studio.answer(
                    "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--at", time, "--trainer",
                    trainer, "--source", source, "--as", "eve")
            }
            try await studio.answer("cancel", "ben@example.com", "--reason", "ill")
            try await studio.answer("attend", "ana@example.com", now: after)
            try await body(studio)
        }
    }

    private static let after = "2026-12-03T08:00:00-08:00"

    private static func names(_ list: JSON) -> [String] { list.items.compactMap { $0["client"]?["name"]?.text } }

    @Test("the list begins with the latest start, and has the circumstances of each booking")
    func fields() async throws {
        try await Self.withSessions { studio in
            let list = try await studio.answer("sessions", now: Self.after)
            #expect(Self.names(list) == ["Cal", "Ben", "Ana"])
            let ben = try #require(list.items.dropFirst().first)
            #expect(ben["status"] == "cancelled" && ben["cancel_reason"] == "ill" && ben["source"] == "web")
            #expect(ben["booked_by"] == "eve" && ben["booked_at"] == "2026-11-30T16:00:00Z")
            let shown = try await studio.answer("show", ben["reference"]?.text ?? "")
            #expect(ben.names == shown.names.union(["source", "booked_at", "booked_by"]))
            let text = try await studio.intro("sessions", now: Self.after).stdout
            #expect(text.contains("Walk-in") && text.contains("eve"))
        }
    }

    @Test("--bom begins the CSV with a byte order mark, and is rejected with other formats")
    func byteOrderMark() async throws {
        try await Self.withSessions { studio in
            let plain = try await studio.intro("sessions", "--format", "csv", now: Self.after)
            let marked = try await studio.intro("sessions", "--format", "csv", "--bom", now: Self.after)
            #expect(plain.stdout.hasPrefix("reference,"))
            #expect(Array(marked.stdout.utf8) == [0xEF, 0xBB, 0xBF] + Array(plain.stdout.utf8))
            #expect(try await studio.intro("sessions", "--bom").exit == 64)
            #expect(try await studio.intro("sessions", "--help").stdout.contains("Excel"))
        }
    }

    @Test("each filter lists the matching sessions, and several filters must all match")
    func filters() async throws {
        try await Self.withSessions { studio in
            for (options, found) in [
                (["--trainer", "maria"], ["Cal", "Ana"]), (["--trainer", "maria", "--status", "attended"], ["Ana"]),
                (["--status", "cancelled", "attended"], ["Ben", "Ana"]),
                (["--status", "cancelled", "--status", "attended"], ["Ben", "Ana"]),
                (["--status", "cancelled,attended"], ["Ben", "Ana"]),
                (["--source", "WEB"], ["Cal", "Ben"]),
                (["--client", "ben@example.com"], ["Ben"]), (["--client", "cal"], ["Cal"]),
                (["--client", "#1"], ["Ana"]),
                (["--from", "2026-12-02", "--until", "2026-12-02"], ["Ben"]), (["--until", "2026-12-01"], ["Ana"]),
                (["--from", "2026-12-02 10:01"], ["Cal"]), (["--studio", "downtown", "--unmarked"], []),
                (["--client", "ana@example.com", "--trainer", "james"], []), (["--status", "no_show"], []),
            ] as [([String], [String])] {
                let list = try await studio.answer(["sessions"] + options, now: Self.after)
                #expect(Self.names(list) == found, "\(options)")
            }
            let unmarked = try await studio.answer("sessions", "--unmarked", now: "2026-12-08T09:20:00-08:00")
            #expect(Self.names(unmarked) == ["Cal"])
            let running = try await studio.answer("sessions", "--unmarked", now: "2026-12-08T09:19:00-08:00")
            #expect(Self.names(running) == [])
        }
    }

    @Test("a truncated list says how many sessions are left out, in every format")
    func truncated() async throws {
        try await Self.withSessions { studio in
            for options in [["--json"], ["--format", "json"], ["--format", "csv"]] {
                let result = try await studio.intro(["sessions", "--limit", "2"] + options)
                #expect(result.stderr.contains("1 more"), "\(options): \(result.stderr)")
            }
            #expect(try await studio.intro("sessions", "--limit", "2").stdout.contains("1 more: --limit"))
            #expect(try await studio.intro("sessions", "--limit", "3", "--json").stderr == "")
            let json = try await studio.intro("sessions", "--format", "json").stdout
            #expect(try await studio.intro("sessions", "--json").stdout == json)
            let lines = try await studio.intro("sessions", "--format", "csv").stdout.split(separator: "\r\n")
            #expect(lines.count == 4 && lines[0].hasSuffix("affected,source,booked_at,booked_by,cancel_reason"))
            #expect(lines[2].hasSuffix(",web,2026-11-30T16:00:00Z,eve,ill"))
        }
    }

    @Test("a date is each studio's own day, and unknown names exit with 4 and a suggestion")
    func studios() async throws {
        try await Self.withSessions { studio in
            try await studio.answer(
                "studio", "add", "Uptown", "--id", "uptown", "--time-zone", "Asia/Tokyo", "--region", "JP")
            try await studio.answer("trainer", "add", "Kei", "--id", "kei", "--studio", "uptown")
            try await studio.answer("trainer", "hours", "kei", "--set", "daily 00:00-24:00")
            try await studio.answer(
                "book", "--client", "dan@example.com", "--name", "Dan", "--trainer", "kei", "--at", "2026-12-02 08:00")
            #expect(Self.names(try await studio.answer("sessions", "--until", "2026-12-01")) == ["Ana"])
            let second = try await studio.answer("sessions", "--from", "2026-12-02", "--until", "2026-12-02")
            #expect(Self.names(second) == ["Ben", "Dan"])
            for (command, suggestion) in [
                (["sessions", "--studio", "dowtown"], "downtown"), (["sessions", "--trainer", "marie"], "maria"),
                (["schedule", "jmaes"], "james"), (["rules", "show", "one-dya"], "one-day"),
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 4 && result.error?.code == "not_found", "\(command)")
                #expect(result.error?.hint.hasPrefix("did you mean `\(suggestion)`?") == true, "\(command)")
            }
            let far = try await studio.intro("schedule", "xyzzy", "--json").error
            #expect(far?.hint.contains("did you mean") == false)
            for options in [["--status", "lost"], ["--format", "ics"], ["--limit", "0"], ["--from", "Feb 30"]] {
                #expect([64, 65].contains(try await studio.intro(["sessions"] + options).exit), "\(options)")
            }
            #expect(try await studio.intro("sessions", "--from", "2026-12-02", "--until", "2026-12-01").exit == 65)
        }
    }
}
