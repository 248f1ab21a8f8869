public import ArgumentParser
import Booking
import FoundationEssentials
public import Jobs

/// `intro jobs`: inspects and controls the job queue.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Inspect and control the job queue.",
        discussion: """
            Finished jobs are not kept. A job that failed too often is dead: it is kept with its errors until it is retried \
            or discarded.

            Example: intro jobs stats
            """,
        subcommands: [
            List.self, Show.self, Retry.self, Discard.self, Cancel.self, Pause.self, Resume.self, Stats.self,
            Prune.self, ScheduleList.self, Watch.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension Intro {
    /// Returns the job administration of a database with the schema that this binary expects.
    ///
    /// - Throws: The errors of ``database()``.
    func jobAdmin() async throws -> JobAdmin {
        JobAdmin(try await database())
    }
}

/// Parses a job number.
///
/// - Throws: `InvalidInput` when it is not a valid job number.
func jobID(_ text: String) throws(InvalidInput) -> JobID {
    guard let number = Int64(text), number > 0 else {
        throw InvalidInput(
            field: "job", problem: "is not a valid job number",
            hint: "use a number from `intro jobs list`")
    }
    return JobID(number)
}

/// Parses the name of a queue.
///
/// - Throws: `InvalidInput` when it is not a valid name.
func queueName(_ text: String) throws(InvalidInput) -> String {
    guard !text.isEmpty, text.count <= 200, text == text.visible else {
        throw InvalidInput(
            field: "queue", problem: "must have 1 to 200 characters, and no control characters",
            hint: "use a name from `intro jobs stats`")
    }
    return text
}

extension JobsCommand {
    /// `intro jobs list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List jobs by the time they are due.", discussion: "Example: intro jobs list --state dead"
        )

        @Option(help: "Only this state: waiting, scheduled, running or dead.")
        var state: JobState?

        @Option(help: ArgumentHelp("Only this queue.", valueName: "queue"))
        var queue: String?

        @Option(help: ArgumentHelp("Only this kind.", valueName: "kind"))
        var kind: String?

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Maximum number of jobs: the newest ones.", valueName: "n"))
        var limit = "1000"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let database = try await intro.database()
            let (admin, times) = (JobAdmin(database), try await intro.displayTimes(in: database))
            let filter = JobFilter(state: state, queue: queue, kind: kind)
            let jobs = try await admin.list(filter, limit: limit)
            let rest = try await TruncatedList(shown: jobs.count, limit: limit) {
                try await admin.count(filter, upTo: $0)
            }
            try intro.console.report(jobs.map { JobRecord($0) }, leavingOut: rest) {
                jobs.isEmpty ? "No jobs." : JobTables.jobs(jobs, times).text(on: intro.console)
            }
        }
    }
}

extension JobsCommand {
    /// `intro jobs show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a job with its payload and errors.", discussion: "Example: intro jobs show 1234"
        )

        @Argument(help: ArgumentHelp("The job's number.", valueName: "id"))
        var id: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let id = try jobID(id)
            let database = try await intro.database()
            let (job, times) = (try await JobAdmin(database).show(id), try await intro.displayTimes(in: database))
            try intro.console.report(JobRecord(job)) {
                Self.keyValues(job, times).text(on: intro.console)
            }
        }

        private static func keyValues(_ job: JobDetail, _ times: DisplayTimes) -> KeyValueTable {
            let entry = job.entry
            var keyValues = KeyValueTable([
                "Job": "\(entry.id)",
                "Kind": entry.kind,
                "Queue": entry.queue,
                "State": entry.stateText,
                "Priority": "\(entry.priority)",
                "Due": times.text(entry.runAt),
                "Enqueued": times.text(entry.enqueuedAt),
                "Attempt": "\(entry.attempt) of \(entry.maxAttempts)",
                "Crashes": entry.crashes == 0 ? nil : "\(entry.crashes)",
                "Unique key": entry.uniqueKey,
                "Runner": entry.runner,
                "Claimed": entry.claimedAt.map { times.text($0) },
                "Died": entry.diedAt.map { times.text($0) },
                "Payload": job.payload,
            ])
            keyValues.append(
                "Errors",
                job.errors.map { "\(times.text($0.at))  attempt \($0.attempt): \($0.message)" })
            return keyValues
        }
    }
}

/// The JSON form of a job.
struct JobRecord: Encodable {
    struct ErrorRecord: Encodable {
        let at: Date
        let attempt: Int
        let message: String
    }

    let id: Int64
    let queue: String
    let kind: String
    let state: String
    let priority: Int
    let runAt: Date
    let enqueuedAt: Date
    let attempt: Int
    let maxAttempts: Int
    let crashes: Int
    @NullWhenNil var uniqueKey: String?
    @NullWhenNil var runner: String?
    @NullWhenNil var claimedAt: Date?
    let cancelRequested: Bool
    @NullWhenNil var lastError: String?
    @NullWhenNil var reason: String?
    @NullWhenNil var diedAt: Date?
    /// The payload; only for `jobs show`.
    var payload: JSONValue?
    /// The errors, oldest first; only for `jobs show`.
    var errors: [ErrorRecord]?

    init(_ job: JobEntry) {
        id = job.id.value
        queue = job.queue
        kind = job.kind
        state = job.state.rawValue
        priority = job.priority
        runAt = job.runAt
        enqueuedAt = job.enqueuedAt
        attempt = job.attempt
        maxAttempts = job.maxAttempts
        crashes = job.crashes
        uniqueKey = job.uniqueKey
        runner = job.runner
        claimedAt = job.claimedAt
        cancelRequested = job.isCancelRequested
        lastError = job.lastError
        reason = job.reason?.rawValue
        diedAt = job.diedAt
    }

    init(_ job: JobDetail) {
        self.init(job.entry)
        payload = JSONValue(reading: job.payload)
        errors = job.errors.map { ErrorRecord(at: $0.at, attempt: $0.attempt, message: $0.message) }
    }
}

extension JobState: ExpressibleByArgument {}
