/// The job-runner, beside its statements alone and beside others' runners.
struct JobRuns: Part {
    static let name = "jobs"

    func run(in workshop: Workshop) async throws -> [Figure] {
        let yard = try await JobYard.make("jobs", in: workshop)
        return try await JobDrains(yard: yard).figures(in: workshop)
            + JobEnqueues(yard: yard).figures(in: workshop)
            + JobPickUps(yard: yard).figures(in: workshop)
            + JobBacklog(yard: yard).figures(in: workshop)
    }
}
