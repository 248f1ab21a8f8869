/// The job-runner, beside its statements alone and beside others' runners.
struct JobRuns: Part {
    static let name = "jobs"

    func run(in context: BenchContext) async throws -> [Figure] {
        let yard = try await JobBench.make("jobs", in: context)
        var figures = try await JobDrains(yard: yard).figures(in: context)
        figures += try await JobEnqueues(yard: yard).figures(in: context)
        figures += try await JobPickUps(yard: yard).figures(in: context)
        figures += try await JobBacklog(yard: yard).figures(in: context)
        if context.hasPeers, let peers = await PythonPeers.install(in: context) {
            figures += try await JobPeers(yard: yard, peers: peers).figures(in: context)
        }
        return figures
    }
}
