import ArgumentParser
import Booking
import Jobs

extension JobsCommand {
    /// `intro jobs prune`.
    struct Prune: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Delete old dead jobs and records of ended runners."
        )

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Minimum time since the job became dead, such as 30d or 12h.", valueName: "time"))
        var olderThan = "90d"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let minutes = try DurationInput.minutes(
                olderThan, field: "--older-than", in: 0...DurationInput.longest)
            let desk = try await intro.jobDesk()
            let pruning = try await Interruptible.run {
                try await desk.prune(deadFor: .seconds(60 * minutes))
            }
            try intro.console.report(PruningRecord(pruning)) {
                "Removed \(counted(pruning.dead, "dead job")), \(counted(pruning.runners, "runner")) long gone, and "
                    + "\(counted(pruning.periods, "period")) of unique keys."
            }
        }
    }
}
