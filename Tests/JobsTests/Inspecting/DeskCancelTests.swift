import JobsTesting
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Cancelling jobs")
struct DeskCancelTests {
    @Test("a waiting or scheduled job is dead immediately, and can be retried")
    func waiting() async throws {
        try await DeskScene.with { scene in
            let waiting = try await scene.enqueue()
            let scheduled = try await scene.schedule()
            let cancellation = try await scene.desk.cancel([scheduled, waiting])
            #expect(cancellation == JobAdmin.Cancellation(cancelled: [waiting, scheduled]))
            for job in [waiting, scheduled] {
                let entry = try await scene.entry(job)
                #expect(entry.state == .dead)
                #expect(entry.reason == .cancelled)
                #expect(entry.attempt == 0)
            }
            #expect(try await scene.claim().isEmpty)
            try await scene.desk.retry([waiting])
            #expect(try await scene.claim().map(\.lease.id) == [waiting])
        }
    }

    @Test("rejects a dead or unknown job, and then cancels none of the jobs")
    func refused() async throws {
        try await DeskScene.with { scene in
            let dead = try await scene.die()
            let running = try await scene.enqueue()
            try await scene.claim()
            let waiting = try await scene.enqueue()
            let before = try await scene.contents()
            await #expect(throws: JobRefusal.dead(dead)) { try await scene.desk.cancel([waiting, running, dead]) }
            await #expect(throws: JobRefusal.unknown(JobID(999))) {
                try await scene.desk.cancel([waiting, running, JobID(999)])
            }
            #expect(try await scene.contents() == before)
        }
    }

    @Test("a running job is cancelled by its runner", .timeLimit(.minutes(30)))
    func running() async throws {
        try await DeskScene.with { scene in
            var handlers = JobHandlers()
            handlers.handle(DeskScene.Errand.self) { _, _ in try await Task.sleep(for: .seconds(3600)) }
            let job = try await scene.enqueue()
            try await scene.yard.withRunner(handlers, configure: { $0.heartbeat = .milliseconds(20) }) { _ in
                try await wait(until: "the job runs") { try await scene.entry(job).state == .running }
                let cancellation = try await scene.desk.cancel([job])
                #expect(cancellation == JobAdmin.Cancellation(requested: [job]))
                try await wait(until: "the job is dead") { try await scene.entry(job).state == .dead }
            }
            #expect(try await scene.entry(job).reason == .cancelled)
        }
    }
}
