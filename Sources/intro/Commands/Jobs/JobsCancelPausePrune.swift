import ArgumentParser
import Booking
import FoundationEssentials
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

                Example: intro jobs cancel 1234
                """
        )

        @Argument(help: ArgumentHelp("The jobs' numbers.", valueName: "id"))
        var ids: [String]

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let jobs = try jobIDs(ids)
            let cancellation = try await intro.jobAdmin().cancel(jobs)
            try intro.console.report(CancellationRecord(cancellation)) {
                let cancelled = cancellation.cancelled.map { "Job \($0) is cancelled." }
                let requested = cancellation.requested.map {
                    "Job \($0) is running: its runner cancels it within seconds."
                }
                return (cancelled + requested).joined(separator: "\n")
            }
        }
    }
}

extension JobsCommand {
    /// `intro jobs pause`.
    struct Pause: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Pause a queue; running jobs finish.", discussion: "Example: intro jobs pause messages"
        )

        @Argument(help: "The queue.")
        var queue: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let queue = try queueName(queue)
            let database = try await intro.database()
            let (admin, times) = (JobAdmin(database), try await intro.displayTimes(in: database))
            let known = try await admin.statistics().queues.map(\.name)
            let since = try await admin.pause(queue)
            try intro.console.report(PauseRecord(queue: queue, paused: true, pausedAt: since)) {
                "Queue \(queue) is paused since \(times.text(since))."
            }
            if !known.contains(queue) {
                let nearest = nearest(to: queue, among: known).map { ": did you mean \($0)?" } ?? ""
                intro.console.note("no job is in that queue, and no runner serves it\(nearest)")
            }
        }
    }

    /// `intro jobs resume`.
    struct Resume: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Resume a paused queue.", discussion: "Example: intro jobs resume messages"
        )

        @Argument(help: "The queue.")
        var queue: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let queue = try queueName(queue)
            let wasPaused = try await intro.jobAdmin().resume(queue)
            try intro.console.report(PauseRecord(queue: queue, paused: false)) {
                wasPaused ? "Queue \(queue) is resumed." : "Queue \(queue) was not paused."
            }
        }
    }
}

extension JobsCommand {
    /// `intro jobs prune`.
    struct Prune: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Delete old dead jobs and records of ended runners.",
            discussion: "Example: intro jobs prune --older-than 30d"
        )

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Minimum time since the job became dead, such as 30d or 12h.", valueName: "time"))
        var olderThan = "90d"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let minutes = try DurationInput.minutes(
                olderThan, field: "--older-than", in: 0...DurationInput.longest)
            let admin = try await intro.jobAdmin()
            let pruning = try await Interruptible.run {
                try await admin.prune(deadFor: .seconds(60 * minutes))
            }
            try intro.console.report(PruningRecord(pruning)) {
                "Removed \(counted(pruning.dead, "dead job")), \(counted(pruning.runners, "ended runner")) and "
                    + "\(counted(pruning.periods, "period")) of unique keys."
            }
        }
    }
}

/// The JSON form of a retry's result, with the numbers of the jobs.
struct RetryRecord: Encodable {
    let retried: [Int64]
    /// Jobs that are still dead, because other jobs have their unique keys.
    let keyTaken: [Int64]

    init(_ retryResult: JobAdmin.RetryResult) {
        retried = retryResult.retried.map(\.value)
        keyTaken = retryResult.keyTaken.map(\.value)
    }
}

/// The JSON form of a cancellation's result, with the numbers of the jobs.
struct CancellationRecord: Encodable {
    /// Jobs that are dead now.
    let cancelled: [Int64]
    /// Running jobs, which their runners will cancel.
    let requested: [Int64]

    init(_ cancellation: JobAdmin.Cancellation) {
        cancelled = cancellation.cancelled.map(\.value)
        requested = cancellation.requested.map(\.value)
    }
}

/// The JSON form of a deletion's result, with the numbers of the jobs.
struct DiscardRecord: Encodable {
    let discarded: [Int64]

    init(_ jobs: [JobID]) {
        discarded = jobs.map(\.value)
    }
}

/// The JSON form of the numbers of pruned rows.
struct PruningRecord: Encodable {
    let dead: Int
    let runners: Int
    let periods: Int

    init(_ pruning: JobAdmin.Pruning) {
        dead = pruning.dead
        runners = pruning.runners
        periods = pruning.periods
    }
}

/// The JSON form of a queue's pause.
struct PauseRecord: Encodable {
    let queue: String
    let paused: Bool
    @NullWhenNil var pausedAt: Date?
}
