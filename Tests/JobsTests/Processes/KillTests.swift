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
        try await withLedger { fixture in
            try await fixture.enqueue((0..<10_000).map { _ in Effect() })
            try await fixture.enqueue((0..<10_000).map { _ in BatchEffect() })
            // A job that was running during three kills by chance must not count as the cause.
            let runners = try RunnerGroup(of: 4, on: fixture, RunnerGroup.shortLease + ["--crashes", "1000"])
            let kills = try await fixture.kill(fifty: runners, over: 20_000)
            try await wait(until: "all jobs are done") { try await fixture.isEmpty() }
            #expect(try await runners.stop() == [0, 0, 0, 0])

            let account = try await fixture.account(of: runners.folder, kills: kills)
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
        try await withLedger { fixture in
            let folder = try ScratchFolder()
            try await fixture.enqueue((0..<8).map { _ in WaitingJob(gate: "\(folder.path)/never") })
            let runners = try RunnerGroup(of: 2, on: fixture, [])
            try await wait(until: "all jobs are claimed") { try runners.folder.effectLines().count == 8 }
            // The server marks no runner as crashed until it has been up for the length of a lease.
            try await wait(until: "the server has run for a lease") {
                try await fixture.number(
                    "SELECT (pg_postmaster_start_time() < now() - interval '25 seconds')::int::bigint") == 1
            }
            let pid = runners.all[0].pid
            runners.all[0].kill(SIGKILL)
            let kills = [Kill(pid: pid, at: try await fixture.clock())]
            try await wait(until: "the other runner has taken over") {
                try await fixture.number("SELECT count(*) FROM job_runner WHERE gone_at IS NOT NULL") == 1
            }
            let account = try await fixture.account(of: runners.folder, kills: kills)
            print(account)
            #expect(account.recovery <= 35)
        }
    }

    @Test("a job that crashes its runner three times is dead, and the other jobs are completed")
    func trap() async throws {
        try await withLedger { fixture in
            try await fixture.enqueue((0..<30).map { _ in Effect() })
            try await fixture.enqueue([CrashingJob()])
            try await fixture.enqueue((0..<30).map { _ in BatchEffect() })
            let runners = try RunnerGroup(of: 2, on: fixture)
            try await wait(until: "all jobs are done or dead") {
                for (number, process) in runners.all.enumerated() where process.status != nil {
                    try runners.replace(number)
                }
                return try await fixture.isEmpty()
            }
            let dead = try await fixture.dead()
            #expect(dead.map(\.kind) == ["crash"] && dead.map(\.reason) == ["crashed"] && dead.map(\.crashes) == [3])
            #expect(dead.first?.errors.count == 3)
            #expect(Set(try runners.folder.effectLines().map(\.job)).count == 60)
        }
    }

    private func withLedger(_ body: (JobFixture) async throws -> Void) async throws {
        try await withJobFixture { fixture in
            try await fixture.openLedger()
            try await body(fixture)
        }
    }
}
