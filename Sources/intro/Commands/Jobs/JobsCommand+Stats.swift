import ArgumentParser
import Jobs

extension JobsCommand {
    /// `intro jobs stats`.
    struct Stats: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "stats",
            abstract: "Count jobs by queue, list the runners that are alive, and warn of what slows them down."
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let statistics = try await intro.jobDesk().statistics()
            let record = JobStatisticsRecord(statistics)
            try intro.console.report(record) {
                let colored = intro.console.isColored
                var parts = [JobTables.queues(statistics).text(colored: colored)]
                parts.append(
                    statistics.runners.isEmpty
                        ? "No runner is alive." : JobTables.runners(statistics).text(colored: colored))
                parts.append(JobTables.storage(statistics).text(colored: colored))
                parts += record.warnings.map { warning in
                    "\(Style.red("warning:", when: colored)) \(warning.message.visible)\n"
                        + "\(Style.bold("hint:", when: colored)) \(warning.hint.visible)"
                }
                return parts.joined(separator: "\n\n")
            }
        }
    }
}
