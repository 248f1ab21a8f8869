import ArgumentParser
import Booking
import Jobs

extension JobsCommand {
    /// `intro jobs list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List jobs that are not done, by the time at which they are due."
        )

        /// More than anybody reads; who looks for something narrows the list.
        private static let most = 1000

        @Option(help: "Only those that are waiting, scheduled, running or dead.")
        var state: JobState?

        @Option(help: ArgumentHelp("Only those of this queue.", valueName: "queue"))
        var queue: String?

        @Option(help: ArgumentHelp("Only those of this kind.", valueName: "kind"))
        var kind: String?

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("How many at the most, the newest. (default: 1000)", valueName: "n"))
        var limit: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try limit.map { try count($0, field: "--limit", in: 1...1_000_000) }
            let jobs = try await intro.jobDesk().list(
                JobFilter(state: state, queue: queue, kind: kind), limit: limit ?? Self.most)
            try intro.console.report(jobs.map { JobRecord($0) }) {
                jobs.isEmpty ? "There is no such job." : JobTables.jobs(jobs).text(colored: intro.console.isColored)
            }
            if limit == nil, jobs.count == Self.most {
                intro.console.note(
                    "these are the newest \(Self.most): narrow the list with --state, --queue or --kind, or give --limit"
                )
            }
        }
    }
}
