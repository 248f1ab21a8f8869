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
        try await withYard { yard in
            try await yard.openLedger()
            let crew = try Crew(of: 1, on: yard)
            let gate = "\(crew.folder.path)/gate"
            try await yard.enqueue([Vigil(gate: gate, isStubborn: true)])
            try await yard.enqueue([Record(gate: gate)])
            try await wait(until: "both are in hand") {
                let claimed = try await yard.jobs().count { !$0.isWaiting }
                return try crew.folder.effectLines().count == 1 && claimed == 2
            }
            let suspended = crew.all[0]
            suspended.kill(SIGSTOP)
            let other = try Crew(of: 1, on: yard)
            try await wait(until: "the other has done both") { try await yard.isEmpty() }
            crew.folder.touch("gate")
            suspended.kill(SIGCONT)
            try await wait(until: "the sleeper has found out") {
                try await yard.number("SELECT sum(stale)::bigint FROM job_runner") == 2
            }
            #expect(try await crew.stop() == [0])
            #expect(try await other.stop() == [0])
            #expect(try await yard.number("SELECT count(*) FROM finished") == 2)
            #expect(try await yard.number("SELECT pid::bigint FROM diary") == Int64(other.all[0].pid))
            #expect(try await yard.dead().isEmpty)
        }
    }

    @Test("SIGTERM lets running jobs end, and releases the others")
    func once() async throws {
        try await withYard { yard in
            try await yard.openLedger()
            let crew = try Crew(of: 1, on: yard, ["--concurrency", "1", "--ready", "5"])
            let gate = "\(crew.folder.path)/gate"
            try await yard.enqueue(Vigil(gate: gate), JobOptions(priority: .urgent))
            try await yard.enqueue([Effect(), Effect()])
            try await wait(until: "one runs, and the others lie ready") {
                let claimed = try await yard.jobs().allSatisfy { !$0.isWaiting }
                return try claimed && crew.folder.effectLines().count == 1
            }
            crew.all[0].kill(SIGTERM)
            try await wait(until: "the others wait again") { try await yard.jobs().count(where: \.isWaiting) == 2 }
            try await yard.enqueue([Effect()])
            crew.folder.touch("gate")
            #expect(try await crew.all[0].waitUntilEnded() == 0)
            #expect(try await yard.number("SELECT count(*) FROM finished WHERE kind = 'vigil'") == 1)
            #expect(try crew.folder.effectLines().count == 1)
        }
    }

    @Test("a second SIGTERM cancels and releases the running jobs")
    func twice() async throws {
        try await withYard { yard in
            let crew = try Crew(of: 1, on: yard, ["--grace", "3600"])
            try await yard.enqueue([Vigil(gate: "\(crew.folder.path)/never")])
            try await wait(until: "it runs") { try crew.folder.effectLines().count == 1 }
            crew.all[0].kill(SIGTERM)
            // Two simultaneous signals may be delivered as one.
            try await crew.all[0].waitUntilStopping()
            crew.all[0].kill(SIGTERM)
            #expect(try await crew.all[0].waitUntilEnded() == 0)
            #expect(try await yard.jobs().allSatisfy { $0.isWaiting && $0.failures == 0 && $0.crashes == 0 })
        }
    }
}
