import ArgumentParser
import Jobs

extension JobsCommand {
    /// `intro jobs retry`.
    struct Retry: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Retry dead or scheduled jobs now.",
            discussion: """
                Jobs keep their numbers and errors. If one of several cannot be retried, none is. --all skips jobs whose unique \
                keys are taken.
                """
        )

        @OptionGroup var selection: JobSelection

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws { try selection.check() }

        func run(in intro: Intro) async throws {
            if selection.all {
                return try report(try await retryAll(intro), in: intro)
            }
            let jobs = try selection.jobs
            try report(try await intro.jobDesk().retry(jobs), in: intro)
        }

        private func retryAll(_ intro: Intro) async throws -> JobDesk.RetryResult {
            let (desk, filter) = (try await intro.jobDesk(), selection.filter)
            return try await Interruptible.run { try await desk.retryAll(filter) }
        }

        private func report(_ retrial: JobDesk.RetryResult, in intro: Intro) throws {
            try intro.console.report(RetrialRecord(retrial)) {
                switch retrial.retried.count {
                case 0: "No such job is dead."
                case 1: "Job \(retrial.retried[0]) is due now."
                default: "\(retrial.retried.count) jobs are due now."
                }
            }
            if !retrial.keyTaken.isEmpty {
                intro.console.note(
                    """
                    \(counted(retrial.keyTaken.count, "job")) stayed dead: other jobs have their unique keys
                    see `intro jobs list --state dead`
                    """)
            }
        }
    }
}
