import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Killed runners", .serialized, .timeLimit(.minutes(30)))
struct KillTests {
    @Test("fifty kills during twenty thousand jobs lose no job and repeat no acknowledged one")
    func fiftyKills() async throws {
        try await withLedger { yard in
            try await yard.enqueue((0..<10_000).map { _ in Effect() })
            try await yard.enqueue((0..<10_000).map { _ in BatchEffect() })
            // A job that was running during three kills by chance must not count as the cause.
            let crew = try Crew(of: 4, on: yard, Crew.hasty + ["--crashes", "1000"])
            let kills = try await yard.kill(fifty: crew, over: 20_000)
            try await wait(until: "all jobs are done") { try await yard.isEmpty() }
            #expect(try await crew.stop() == [0, 0, 0, 0])

            let account = try await yard.account(of: crew.folder, kills: kills)
            print(account)
            #expect(account.lost == 0 && account.dead == 0)
            #expect(account.afterAcknowledgement == 0)
            #expect(account.repeatedAlone <= kills.count * 4)
            #expect(account.repeatedInBatches <= kills.count * (4 * 20 + Prefetch.limit))
        }
    }

    @Test(
        "with the default timings, other runners take over within 35 seconds",
        .enabled(if: ProcessInfo.processInfo.environment["INTRO_TEST_RECOVERY"] != nil))
    func recovery() async throws {
        try await withLedger { yard in
            let folder = try ScratchFolder()
            try await yard.enqueue((0..<8).map { _ in Vigil(gate: "\(folder.path)/never") })
            let crew = try Crew(of: 2, on: yard, [])
            try await wait(until: "all are in hand") { try crew.folder.effectLines().count == 8 }
            // The server marks no runner as crashed until it has been up for the length of a lease.
            try await wait(until: "the server is old enough") {
                try await yard.number(
                    "SELECT (pg_postmaster_start_time() < now() - interval '25 seconds')::int::bigint") == 1
            }
            let pid = crew.all[0].pid
            crew.all[0].kill(SIGKILL)
            let kills = [Kill(pid: pid, at: try await yard.clock())]
            try await wait(until: "the other has taken over") {
                try await yard.number("SELECT count(*) FROM job_runner WHERE gone_at IS NOT NULL") == 1
            }
            let account = try await yard.account(of: crew.folder, kills: kills)
            print(account)
            #expect(account.recovery <= 35)
        }
    }

    @Test("a job that crashes its runner three times is dead, and the other jobs are completed")
    func trap() async throws {
        try await withLedger { yard in
            try await yard.enqueue((0..<30).map { _ in Effect() })
            try await yard.enqueue([Trap()])
            try await yard.enqueue((0..<30).map { _ in BatchEffect() })
            let crew = try Crew(of: 2, on: yard)
            try await wait(until: "all jobs have come to their end") {
                for (number, process) in crew.all.enumerated() where process.status != nil { try crew.replace(number) }
                return try await yard.isEmpty()
            }
            let dead = try await yard.dead()
            #expect(dead.map(\.kind) == ["trap"] && dead.map(\.reason) == ["crashed"] && dead.map(\.crashes) == [3])
            #expect(dead.first?.errors.count == 3)
            #expect(Set(try crew.folder.effectLines().map(\.job)).count == 60)
        }
    }

    private func withLedger(_ body: (JobYard) async throws -> Void) async throws {
        try await withYard { yard in
            try await yard.openLedger()
            try await body(yard)
        }
    }
}
