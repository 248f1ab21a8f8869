import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Signals to a runner", .timeLimit(.minutes(30)))
struct SignalTests {
    @Test("a runner suspended past its lease completes no job that another has taken over")
    func stopped() async throws {
        try await withJobFixture { fixture in
            try await fixture.openLedger()
            let runners = try RunnerGroup(of: 1, on: fixture)
            let gate = "\(runners.folder.path)/gate"
            try await fixture.enqueue([WaitingJob(gate: gate, ignoresCancellation: true)])
            try await fixture.enqueue([Record(gate: gate)])
            try await wait(until: "both jobs are claimed") {
                let claimed = try await fixture.jobs().count { !$0.isWaiting }
                return try runners.folder.effectLines().count == 1 && claimed == 2
            }
            let suspended = runners.all[0]
            suspended.kill(SIGSTOP)
            let other = try RunnerGroup(of: 1, on: fixture)
            try await wait(until: "the other runner has completed both jobs") { try await fixture.isEmpty() }
            runners.folder.touch("gate")
            suspended.kill(SIGCONT)
            try await wait(until: "the suspended runner has detected the loss of its lease") {
                try await fixture.number("SELECT sum(stale)::bigint FROM job_runner") == 2
            }
            #expect(try await runners.stop() == [0])
            #expect(try await other.stop() == [0])
            #expect(try await fixture.number("SELECT count(*) FROM finished") == 2)
            #expect(try await fixture.number("SELECT pid::bigint FROM effect_row") == Int64(other.all[0].pid))
            #expect(try await fixture.dead().isEmpty)
        }
    }

    @Test("SIGTERM lets running jobs end, and releases the others")
    func once() async throws {
        try await withJobFixture { fixture in
            try await fixture.openLedger()
            let runners = try RunnerGroup(of: 1, on: fixture, ["--concurrency", "1", "--ready", "5"])
            let gate = "\(runners.folder.path)/gate"
            try await fixture.enqueue(WaitingJob(gate: gate), JobOptions(priority: .urgent))
            try await fixture.enqueue([Effect(), Effect()])
            try await wait(until: "one job runs, and the others are prefetched") {
                let claimed = try await fixture.jobs().allSatisfy { !$0.isWaiting }
                return try claimed && runners.folder.effectLines().count == 1
            }
            runners.all[0].kill(SIGTERM)
            try await wait(until: "the other jobs are waiting again") {
                try await fixture.jobs().count(where: \.isWaiting) == 2
            }
            try await fixture.enqueue([Effect()])
            runners.folder.touch("gate")
            #expect(try await runners.all[0].waitUntilEnded() == 0)
            #expect(try await fixture.number("SELECT count(*) FROM finished WHERE kind = 'waiting'") == 1)
            #expect(try runners.folder.effectLines().count == 1)
        }
    }

    @Test("a second SIGTERM cancels and releases the running jobs")
    func twice() async throws {
        try await withJobFixture { fixture in
            let runners = try RunnerGroup(of: 1, on: fixture, ["--grace", "3600"])
            try await fixture.enqueue([WaitingJob(gate: "\(runners.folder.path)/never")])
            try await wait(until: "the job runs") { try runners.folder.effectLines().count == 1 }
            runners.all[0].kill(SIGTERM)
            // Two simultaneous signals may be delivered as one.
            try await runners.all[0].waitUntilStopping()
            runners.all[0].kill(SIGTERM)
            #expect(try await runners.all[0].waitUntilEnded() == 0)
            #expect(try await fixture.jobs().allSatisfy { $0.isWaiting && $0.failures == 0 && $0.crashes == 0 })
        }
    }
}
