import FoundationEssentials
import Jobs

/// A job as JSON has it.
struct JobRecord: Encodable {
    struct Mishap: Encodable {
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
    @Null var uniqueKey: String?
    @Null var runner: String?
    @Null var claimedAt: Date?
    let cancelRequested: Bool
    @Null var lastError: String?
    @Null var reason: String?
    @Null var diedAt: Date?
    /// Only where one job is shown.
    var payload: JSONValue?
    /// Only where one job is shown: what went wrong, oldest first.
    var errors: [Mishap]?

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

    init(_ job: JobDossier) {
        self.init(job.entry)
        payload = JSONValue(reading: job.payload)
        errors = job.errors.map { Mishap(at: $0.at, attempt: $0.attempt, message: $0.message) }
    }
}
