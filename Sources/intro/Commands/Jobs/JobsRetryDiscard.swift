import ArgumentParser
import Booking
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

                Example: intro jobs retry 1234
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
            try report(try await intro.jobAdmin().retry(jobs), in: intro)
        }

        private func retryAll(_ intro: Intro) async throws -> JobAdmin.RetryResult {
            let (admin, filter) = (try await intro.jobAdmin(), selection.filter)
            return try await Interruptible.run { try await admin.retryAll(filter) }
        }

        private func report(_ retryResult: JobAdmin.RetryResult, in intro: Intro) throws {
            try intro.console.report(RetryRecord(retryResult)) {
                switch retryResult.retried.count {
                case 0: "No dead jobs found."
                case 1: "Job \(retryResult.retried[0]) is due now."
                default: "\(retryResult.retried.count) jobs are due now."
                }
            }
            if !retryResult.keyTaken.isEmpty {
                intro.console.note(
                    """
                    \(counted(retryResult.keyTaken.count, "job")) stayed dead: other jobs have their unique keys
                    see `intro jobs list --state dead`
                    """)
            }
        }
    }
}

extension JobsCommand {
    /// `intro jobs discard`.
    struct Discard: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "discard",
            abstract: "Delete dead jobs permanently.",
            discussion: """
                Asks for confirmation; requires --yes without a terminal.

                Example: intro jobs discard --queue messages --all
                """)

        @OptionGroup var selection: JobSelection

        @Flag(help: "Do not ask.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws { try selection.check() }

        func run(in intro: Intro) async throws {
            let jobs = try selection.jobs
            if !yes { try Confirmation.assertPossible() }
            let admin = try await intro.jobAdmin()
            let count = selection.all ? try await admin.countDead(selection.filter) : jobs.count
            if !yes, count > 0 {
                let what = count == 1 && !selection.all ? "job \(jobs[0])" : counted(count, "dead job")
                try Confirmation.ask("Delete \(what) permanently?")
            }
            try await discard(jobs, at: admin, in: intro)
        }

        private func discard(_ jobs: [JobID], at admin: JobAdmin, in intro: Intro) async throws {
            let filter = selection.filter
            var discarded = jobs
            if selection.all {
                discarded = try await Interruptible.run { try await admin.discardAll(filter) }
            } else {
                try await admin.discard(jobs)
            }
            try intro.console.report(DiscardRecord(discarded)) {
                discarded.isEmpty ? "No dead jobs found." : "\(counted(discarded.count, "job")) deleted."
            }
        }
    }
}

/// A selection of dead jobs: by number, or all of them, optionally of one queue or kind.
struct JobSelection: ParsableArguments {
    @Argument(help: ArgumentHelp("The jobs' numbers.", valueName: "id"))
    var ids: [String] = []

    @Flag(help: "All dead jobs.")
    var all = false

    @Option(help: ArgumentHelp("With --all: only this queue.", valueName: "queue"))
    var queue: String?

    @Option(help: ArgumentHelp("With --all: only this kind.", valueName: "kind"))
    var kind: String?

    /// Validates that the jobs are selected in exactly one way.
    ///
    /// - Throws: `ValidationError`.
    func check() throws {
        guard all != !ids.isEmpty else {
            throw ValidationError("give job numbers or --all")
        }
        guard all || (queue == nil && kind == nil) else {
            throw ValidationError("--queue and --kind require --all, without job numbers")
        }
    }

    /// The numbers of the jobs, without duplicates.
    var jobs: [JobID] {
        get throws(InvalidInput) { try jobIDs(ids) }
    }

    /// The filter of `--all`.
    var filter: JobFilter { JobFilter(state: .dead, queue: queue, kind: kind) }
}

/// Parses job numbers and removes duplicates.
///
/// - Throws: `InvalidInput` when one is not a valid job number.
func jobIDs(_ texts: [String]) throws(InvalidInput) -> [JobID] {
    var jobs: [JobID] = []
    for text in texts {
        let job = try jobID(text)
        if !jobs.contains(job) { jobs.append(job) }
    }
    return jobs
}

/// Returns a number with its noun: "1 job", "2 jobs".
func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
