import Foundation
import Locking
import Postgres
import PostgresTesting
import Testing

@testable import Schema

@Suite("rolling upgrades")
struct RollingUpgradeTests {
    @Test("no command of the older version fails during a newer setup, after it, or after its own setup")
    func upgrade() async throws {
        try await Studio.with { studio in
            try await studio.answer("setup")
            let desks = try await desks(at: studio) { try await Schema.apply(.next, to: studio.database) { _ in } }
            #expect(desks.failures == [])
            let changed = try await studio.count("pg_proc", where: "prosrc LIKE '%of the next release%'")
            #expect(changed > 10, "the older setup keeps the newer functions")
        }
    }

    @Test(
        "no command of an earlier release fails beside this one during the setup of both",
        .enabled(if: IntroBinary.previous != nil, "deploy/test --previous COMMIT builds it"))
    func earlierRelease() async throws {
        try await Studio.with(setUpBy: #require(IntroBinary.previous)) { older in
            var newer = older
            newer.binary = IntroBinary.path
            let early = try await newer.intro("slots", "--json")
            #expect(early.exit == 78, "\(early.stderr)")
            let desks = try await desks(at: older, followedBy: newer) { try await newer.answer("setup") }
            #expect(desks.failures == [])
            try await newer.answer("setup", "--check")
        }
    }

    @Test("a rule of a newer version stops neither desk nor sender, and is reported")
    func newerRule() async throws {
        try await Studio.with { studio in
            try await studio.database.query("ALTER TABLE reminder_rule DROP CONSTRAINT reminder_rule_anchor_is_known")
            try await studio.database.query(
                """
                INSERT INTO reminder_rule (key, anchor, channel, audience, template)
                VALUES ('survey', 'joined', 'email', 'client', 'survey')
                """)
            try await studio.book("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.answer("reminders", "send")["sent"] == 1)
            #expect(try await studio.intro("run", "--drain").exit == 0)
            let listed = try await studio.intro("rules", "list", "--json")
            #expect(try listed.printed.items.count == 16)
            #expect(listed.stderr == "1 more of a newer version of Intro: survey\n")
            let shown = try await studio.intro("rules", "show", "survey", "--json")
            #expect(shown.exit == 78 && shown.error?.code == "newer_rule", "\(shown.stderr)")
        }
    }

    /// Runs four desks and two runners of one version during an upgrade and their own setup, adds desks and a runner of
    /// the newer version, and prints how long commands took.
    private func desks(
        at older: Studio, followedBy newer: Studio? = nil, upgrade: () async throws -> Void
    ) async throws -> Desks {
        let desks = Desks()
        try await withRunners(2, at: older) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 { group.addTask { try await desks.work(as: number, at: older) } }
                try await wait(until: "each desk has made bookings") { desks.rounds >= 4 }
                try await upgrade()
                if let newer {
                    for number in 4..<6 { group.addTask { try await desks.work(as: number, at: newer) } }
                }
                // The older version's setup does not replace the newer functions.
                for words in [["setup"], ["setup", "--check"]] {
                    let result = try await older.intro(words)
                    #expect(result.exit == 0, "\(result.stderr)")
                }
                try await withRunners(newer == nil ? 0 : 1, at: newer ?? older) {
                    let done = desks.rounds
                    try await wait(until: "each desk has made bookings on the newer schema") {
                        desks.rounds >= done + 12
                    }
                    desks.close()
                    try await group.waitForAll()
                }
            }
            try await wait(until: "every confirmation is sent") {
                try await older.count("message", where: "rule = 'confirmation' AND status = 'queued'") == 0
            }
        }
        print("\(desks.commands) commands beside the upgrade, the longest took \(desks.longest)")
        return desks
    }

    /// Runs job-runners during the body, and expects that they exit with 0.
    private func withRunners(_ count: Int, at studio: Studio, _ body: () async throws -> Void) async throws {
        let processes = Guarded<[pid_t]>([])
        let before = try await studio.count("job_runner")
        async let results = atOnce(count) { _ in
            try await IntroBinary.run(["run"], environment: studio.environment, binary: studio.binary) { process in
                processes.withLock { $0.append(process) }
                // The process ends when the test sends SIGTERM.
            }
        }
        let outcome: Result<Void, any Error>
        do {
            try await wait(until: "the runners are registered") {
                try await studio.count("job_runner") == before + Int64(count)
            }
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        for process in processes.withLock({ $0 }) { kill(process, SIGTERM) }
        let ended = try await results
        try outcome.get()
        #expect(ended.allSatisfy { $0.exit == 0 }, "\(ended.map(\.stderr))")
    }
}

/// Desks that book and cancel until they are closed.
private final class Desks: Sendable {
    private struct State {
        var isOpen = true
        var rounds = 0
        var commands = 0
        var longest = Duration.zero
        var failures: [String] = []
    }

    private let state = Guarded(State())

    var rounds: Int { state.withLock { $0.rounds } }
    var commands: Int { state.withLock { $0.commands } }
    var longest: Duration { state.withLock { $0.longest } }
    var failures: [String] { state.withLock { $0.failures } }

    func close() { state.withLock { $0.isOpen = false } }

    /// Books and cancels a session on the desk's own day repeatedly.
    func work(as number: Int, at studio: Studio) async throws {
        let day = ["2026-12-07", "2026-12-08", "2026-12-10", "2026-12-11", "2026-12-14", "2026-12-15"][number]
        while state.withLock({ $0.isOpen }) {
            try await run(at: studio, "slots", "--from", day, "--days", "1")
            let booked = try await run(
                at: studio, "book", "--client", "desk\(number)@example.com", "--name", "Desk \(number)", "--at",
                "\(day) 15:00", "--json")
            if let reference = try? booked.printed["reference"]?.text { try await run(at: studio, "cancel", reference) }
            state.withLock { $0.rounds += 1 }
        }
    }

    @discardableResult
    private func run(at studio: Studio, _ words: String...) async throws -> IntroBinary.Result {
        let clock = ContinuousClock()
        let start = clock.now
        let result = try await studio.intro(words)
        let time = clock.now - start
        state.withLock {
            $0.commands += 1
            $0.longest = max($0.longest, time)
            if result.exit != 0 { $0.failures.append("\(words): \(result.exit) \(result.stderr)") }
        }
        return result
    }
}

extension SchemaRelease {
    /// A release with one more step, in which every function has changed.
    fileprivate static var next: SchemaRelease {
        var next = own
        let step =
            "ALTER TABLE client ADD COLUMN shoe_size integer; CREATE INDEX client_shoe_size ON client (shoe_size);"
        next.steps.append(Migration(own.version + 1, "shoe_sizes", Array(step.utf8)))
        next.functions = own.functions.map { function in
            let text = function.script.sql.replacing("AS $$", with: "AS $$ -- of the next release")
            return SchemaFunction(function.name, Array(text.utf8))
        }
        next.functionSet += 1
        return next
    }
}
