import ArgumentParser
import Jobs
import Postgres

/// `intro run`: the job-runner.
struct Run: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run jobs: send what is due, plan reminders, close the day.",
        discussion: """
            Any number of runners, on any number of machines, share the work. The first Ctrl-C or SIGTERM lets the jobs that \
            run come to their end, the second cancels them, the third ends the process.
            """)

    @Option(help: ArgumentHelp("Serve this queue only; may be given again. (default: all)", valueName: "queue"))
    var queue: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("How many jobs of each queue at once.", valueName: "n"))
    var concurrency: String?

    @Flag(help: "Run until nothing is due, then end.")
    var drain = false

    @Option(help: ArgumentHelp("Keep figures for Prometheus in this file.", valueName: "file"))
    var metricsFile: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// What a runner has done.
    private struct Record: Encodable {
        let completed: Int
        let failed: Int
        let stale: Int
    }

    func run(in intro: Intro) async throws {
        let concurrency = try concurrency.map { try count($0, field: "--concurrency", in: 1...1000) }
        let queues = try queue.isEmpty ? Intro.queues : queue.map { try queueName($0) }
        let runner = try await intro.runner(queues: queues, concurrency: concurrency, pulse: {})
        let tally = try await Interruptible.run(steps: [{ _ in runner.stop() }, { _ in runner.stopNow() }]) {
            try await drain ? drain(runner, in: intro) : serve(runner, of: queues, in: intro)
        }
        try intro.console.report(Record(completed: tally.completed, failed: tally.failed, stale: tally.stale)) {
            "\(tally.completed) jobs done, \(tally.failed) attempts failed."
        }
    }

    private func serve(_ runner: JobRunner, of queues: [String], in intro: Intro) async throws -> JobRunner.Tally {
        try await runner.run {
            intro.console.note("Running the jobs of \(queues.joined(separator: ", ")). Ctrl-C stops.")
        }
    }

    /// Plans first: what has become due since the last minute is due as well.
    private func drain(_ runner: JobRunner, in intro: Intro) async throws -> JobRunner.Tally {
        let planning = try intro.planning
        try await intro.database().withConnection { connection in
            _ = try await JobQueue(connection).enqueue(planning)
        }
        return try await runner.drain()
    }

    private func queueName(_ text: String) throws -> String {
        guard Intro.queues.contains(text) else {
            throw Failure.invalidInput(
                "there is no queue \(text.visible)", hint: "the queues are " + Intro.queues.joined(separator: " and "))
        }
        return text
    }
}
