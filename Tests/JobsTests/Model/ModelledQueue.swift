import JobsTesting
import Postgres
import Testing

@testable import Jobs

/// Two jobs and three runners in the database, to which the model's steps are applied.
struct ModelledQueue {
    private let fixture: JobFixture
    private let store: JobStore
    private let runnerStore: RunnerStore
    private let jobs: [Int64]
    private var runners: [Int64]
    /// The database's tokens, by the model's tokens.
    private var tokens: [Int: Int64] = [:]
    private var lastToken = 0

    init(_ fixture: JobFixture) async throws {
        self.fixture = fixture
        store = JobStore(database: fixture.database)
        runnerStore = RunnerStore(database: fixture.database)
        try await fixture.database.query("TRUNCATE job, job_dead, job_runner")
        jobs = try await fixture.enqueue([NoteJob("0"), NoteJob("1")]).map(\.value)
        runners = []
        for _ in 0..<3 { runners.append(try await enter()) }
    }

    /// Applies a step with the leases that the runners hold, and returns the number of changed rows.
    mutating func take(_ step: LeaseModel.Step, _ held: [[LeaseModel.Lease?]]) async throws -> Int {
        switch step {
        case .claim(let runner): return try await claim(runner, includesCrashed: false)
        case .claimSuspect(let runner): return try await claim(runner, includesCrashed: true)
        case .complete(let runner, let job): return try await store.acknowledge(leases(held[runner][job], job))
        case .giveBack(let runner, let job):
            return try await store.settle(
                leases(held[runner][job], job).map { JobResult(lease: $0, disposition: .release) })
        case .fallSilent(let runner):
            return try await fixture.database.query(
                """
                UPDATE job_runner SET lease_until = now() - interval '1 second'
                WHERE id = \(runners[runner]) AND gone_at IS NULL
                """
            ).affected
        case .beat(let runner):
            return try await runnerStore.renewLease(runners[runner], lease: .seconds(3600), totals: .init()) == nil
                ? 0 : 1
        case .enterAnew(let runner):
            runners[runner] = try await enter()
            return 1
        case .rescue:
            let (waiting, dead) = try await store.rescue(lease: .zero, maxCrashes: LeaseModel.maxCrashes)
            return waiting + dead
        case .cancel(let job): return try await cancel(job)
        }
    }

    /// Checks that the tables match the model.
    @discardableResult
    func expectSame(as model: LeaseModel, after history: String) async throws -> Bool {
        let waiting = try await fixture.database.query("SELECT id, crashes, token, runner, cancel_requested FROM job")
            .decode((Int64, Int32, Int64?, Int64?, Bool).self)
        let dead = try await fixture.dead().map(\.id.value)
        var isSame = true
        for (number, id) in jobs.enumerated() {
            let job = model.jobs[number]
            if let row = waiting.first(where: { $0.0 == id }) {
                let place: LeaseModel.Place = row.2 == nil ? .waiting : .running
                isSame = isSame && place == job.place && Int(row.1) == job.crashes && row.4 == job.isUnwanted
                isSame = isSame && row.2 == job.token.flatMap { tokens[$0] } && row.3 == job.holder.map { runners[$0] }
            } else {
                isSame = isSame && (dead.contains(id) ? .dead : .done) == job.place
            }
        }
        #expect(isSame, "the tables equal the model: \(waiting), \(model.jobs), after \(history)")
        return isSame
    }

    private func enter() async throws -> Int64 {
        var configuration = JobRunner.Configuration(name: "modelled", queues: [.init("default")])
        configuration.lease = .seconds(3600)
        return try await runnerStore.register(configuration)
    }

    private mutating func claim(_ runner: Int, includesCrashed: Bool) async throws -> Int {
        let claimed = includesCrashed ? try await claimSuspect(runner) : try await claimAll(runner)
        guard let token = claimed.first?.lease.token else { return 0 }
        #expect(
            claimed.allSatisfy { $0.lease.token == token } && token > tokens[lastToken] ?? 0,
            "a new claim has a larger token")
        lastToken += 1
        tokens[lastToken] = token
        return claimed.count
    }

    private func claimAll(_ runner: Int) async throws -> [ClaimedJob] {
        let order = JobStore.ClaimRequest(
            runner: runners[runner], queue: "default", kinds: [NoteJob.kind], limit: 10, oldestFirst: false,
            includesCrashed: false, watermark: .beginning)
        return try await store.claim(order, acknowledging: []).jobs
    }

    private func claimSuspect(_ runner: Int) async throws -> [ClaimedJob] {
        try await fixture.database.query(
            "SELECT * FROM claim_crashed_job(\(runners[runner]), 'default', \([NoteJob.kind]))"
        ).map { try ClaimedJob(&$0) }.compactMap { $0 }
    }

    private func leases(_ lease: LeaseModel.Lease?, _ job: Int) -> [JobLease] {
        lease.flatMap { tokens[$0.token] }.map { [JobLease(id: JobID(jobs[job]), token: $0)] } ?? []
    }

    private func cancel(_ job: Int) async throws -> Int {
        try await fixture.database.transaction { connection in
            let cancelled = try await connection.query(
                """
                WITH removed AS (DELETE FROM job WHERE id = \(jobs[job]) AND token IS NULL RETURNING job)
                SELECT dead_letter_job(job, 'cancelled', NULL) FROM removed
                """
            ).count
            let requested = try await connection.query("UPDATE job SET cancel_requested = true WHERE id = \(jobs[job])")
            return cancelled + requested.affected
        }
    }
}
