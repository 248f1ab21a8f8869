import ArgumentParser
import Booking
import Jobs

extension JobsCommand {
    /// `intro jobs list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List jobs by the time they are due."
        )

        @Option(help: "Only this state: waiting, scheduled, running or dead.")
        var state: JobState?

        @Option(help: ArgumentHelp("Only this queue.", valueName: "queue"))
        var queue: String?

        @Option(help: ArgumentHelp("Only this kind.", valueName: "kind"))
        var kind: String?

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Maximum number of jobs: the newest ones.", valueName: "n"))
        var limit = "1000"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let desk = try await intro.jobDesk()
            let filter = JobFilter(state: state, queue: queue, kind: kind)
            let jobs = try await desk.list(filter, limit: limit)
            let rest = try await ListRest(shown: jobs.count, limit: limit) { try await desk.count(filter, upTo: $0) }
            try intro.console.report(jobs.map { JobRecord($0) }, leavingOut: rest) {
                jobs.isEmpty ? "No jobs." : JobTables.jobs(jobs).text(colored: intro.console.isColored)
            }
        }
    }
}
