/// The job-runner, beside its statements alone and beside others' runners.
struct JobRuns: Part {
    static let name = "jobs"

    func run(in workshop: Workshop) async throws -> [Figure] {
        let yard = try await JobYard.make("jobs", in: workshop)
        var figures = try await JobDrains(yard: yard).figures(in: workshop)
        figures += try await JobEnqueues(yard: yard).figures(in: workshop)
        figures += try await JobPickUps(yard: yard).figures(in: workshop)
        figures += try await JobBacklog(yard: yard).figures(in: workshop)
        if workshop.hasPeers, let peers = await PythonPeers.install(in: workshop) {
            figures += try await JobPeers(yard: yard, peers: peers).figures(in: workshop)
        }
        return figures
    }
}
