import ArgumentParser
import Jobs

extension JobsCommand {
    /// `intro jobs cancel`.
    struct Cancel: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Cancel jobs.",
            discussion: """
                Waiting jobs become dead at once and can be retried. Running jobs are cancelled by their runner within seconds. \
                If one of several cannot be cancelled, none is.
                """
        )

        @Argument(help: ArgumentHelp("The jobs' numbers.", valueName: "id"))
        var ids: [String]

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let jobs = try jobIDs(ids)
            let cancellation = try await intro.jobDesk().cancel(jobs)
            try intro.console.report(CancellationRecord(cancellation)) {
                let cancelled = cancellation.cancelled.map { "Job \($0) is cancelled." }
                let requested = cancellation.requested.map {
                    "Job \($0) is running: its runner cancels it in a moment."
                }
                return (cancelled + requested).joined(separator: "\n")
            }
        }
    }
}
