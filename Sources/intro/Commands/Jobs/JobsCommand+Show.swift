import ArgumentParser
import Booking
import Jobs

extension JobsCommand {
    /// `intro jobs show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a job with its payload and errors."
        )

        @Argument(help: ArgumentHelp("The job's number.", valueName: "id"))
        var id: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let id = try jobID(id)
            let job = try await intro.jobDesk().show(id)
            try intro.console.report(JobRecord(job)) {
                Self.sheet(job).text(colored: intro.console.isColored)
            }
        }

        private static func sheet(_ job: JobDossier) -> KeyValueTable {
            let entry = job.entry
            var sheet = KeyValueTable([
                "Job": "\(entry.id)",
                "Kind": entry.kind,
                "Queue": entry.queue,
                "State": entry.stateText,
                "Priority": "\(entry.priority)",
                "Due": RFC3339.string(entry.runAt),
                "Enqueued": RFC3339.string(entry.enqueuedAt),
                "Attempt": "\(entry.attempt) of \(entry.maxAttempts)",
                "Crashes": entry.crashes == 0 ? nil : "\(entry.crashes)",
                "Unique key": entry.uniqueKey,
                "Runner": entry.runner,
                "Claimed": entry.claimedAt.map { RFC3339.string($0) },
                "Died": entry.diedAt.map { RFC3339.string($0) },
                "Payload": job.payload,
            ])
            sheet.append(
                "Errors",
                job.errors.map { "\(RFC3339.string($0.at))  attempt \($0.attempt): \($0.message)" })
            return sheet
        }
    }
}
