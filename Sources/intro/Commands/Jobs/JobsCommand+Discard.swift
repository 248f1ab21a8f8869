import ArgumentParser
import Jobs

extension JobsCommand {
    /// `intro jobs discard`.
    struct Discard: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "discard",
            abstract: "Delete dead jobs permanently.",
            discussion: "Asks for confirmation; requires --yes without a terminal."
        )

        @OptionGroup var selection: JobSelection

        @Flag(help: "Do not ask.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws { try selection.check() }

        func run(in intro: Intro) async throws {
            let jobs = try selection.jobs
            if !yes { try Confirmation.assertPossible() }
            let desk = try await intro.jobDesk()
            let count = selection.all ? try await desk.countDead(selection.filter) : jobs.count
            if !yes, count > 0 {
                let what = count == 1 && !selection.all ? "job \(jobs[0])" : counted(count, "dead job")
                try Confirmation.ask("Remove \(what) for ever?")
            }
            try await discard(jobs, at: desk, in: intro)
        }

        private func discard(_ jobs: [JobID], at desk: JobDesk, in intro: Intro) async throws {
            let filter = selection.filter
            var discarded = jobs
            if selection.all {
                discarded = try await Interruptible.run { try await desk.discardAll(filter) }
            } else {
                try await desk.discard(jobs)
            }
            try intro.console.report(DiscardRecord(discarded)) {
                discarded.isEmpty ? "No such job is dead." : "\(counted(discarded.count, "job")) removed."
            }
        }
    }
}
