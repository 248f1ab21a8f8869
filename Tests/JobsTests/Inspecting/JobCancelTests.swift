import JobsTesting
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Cancelling jobs")
struct JobCancelTests {
    @Test("a waiting or scheduled job is dead immediately, and can be retried")
    func waiting() async throws {
        try await JobAdminFixture.with { fixture in
            let waiting = try await fixture.enqueue()
            let scheduled = try await fixture.schedule()
            let cancellation = try await fixture.admin.cancel([scheduled, waiting])
            #expect(cancellation == JobAdmin.Cancellation(cancelled: [waiting, scheduled]))
            for job in [waiting, scheduled] {
                let entry = try await fixture.entry(job)
                #expect(entry.state == .dead)
                #expect(entry.reason == .cancelled)
                #expect(entry.attempt == 0)
            }
            #expect(try await fixture.claim().isEmpty)
            try await fixture.admin.retry([waiting])
            #expect(try await fixture.claim().map(\.lease.id) == [waiting])
        }
    }

    @Test("rejects a dead or unknown job, and then cancels none of the jobs")
    func refused() async throws {
        try await JobAdminFixture.with { fixture in
            let dead = try await fixture.deadLetter()
            let running = try await fixture.enqueue()
            try await fixture.claim()
            let waiting = try await fixture.enqueue()
            let before = try await fixture.contents()
            await #expect(throws: JobRefusal.dead(dead)) { try await fixture.admin.cancel([waiting, running, dead]) }
            await #expect(throws: JobRefusal.unknown(JobID(999))) {
                try await fixture.admin.cancel([waiting, running, JobID(999)])
            }
            #expect(try await fixture.contents() == before)
        }
    }

    @Test("a running job is cancelled by its runner", .timeLimit(.minutes(30)))
    func running() async throws {
        try await JobAdminFixture.with { fixture in
            var handlers = JobHandlers()
            handlers.handle(JobAdminFixture.TestJob.self) { _, _ in try await Task.sleep(for: .seconds(3600)) }
            let job = try await fixture.enqueue()
            try await fixture.queue.withRunner(handlers, configure: { $0.heartbeat = .milliseconds(20) }) { _ in
                try await wait(until: "the job runs") { try await fixture.entry(job).state == .running }
                let cancellation = try await fixture.admin.cancel([job])
                #expect(cancellation == JobAdmin.Cancellation(requested: [job]))
                try await wait(until: "the job is dead") { try await fixture.entry(job).state == .dead }
            }
            #expect(try await fixture.entry(job).reason == .cancelled)
        }
    }
}
