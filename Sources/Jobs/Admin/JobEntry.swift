public import FoundationEssentials
public import Postgres

/// A job that is not done, as ``JobAdmin`` lists it.
public struct JobEntry: Sendable, Equatable {
    /// The job's ID.
    public let id: JobID
    /// The name of the queue.
    public let queue: String
    /// The kind of job.
    public let kind: String
    /// The current state.
    public let state: JobState
    /// The priority, from 1 (first) to 4.
    public let priority: Int
    /// The time at which the job is due, or was due if it is dead.
    public let runAt: Date
    /// The time at which the job was enqueued.
    public let enqueuedAt: Date
    /// The number of attempts started, including those that ended with a crash of the runner.
    public let attempt: Int
    /// The number of failures after which the job is dead.
    public let maxAttempts: Int
    /// The number of crashes of a runner that held the job.
    public let crashes: Int
    /// The unique key, which no other queued job has.
    public let uniqueKey: String?
    /// The name of the runner that holds the job.
    public let runner: String?
    /// The time at which the runner claimed the job.
    public let claimedAt: Date?
    /// Whether a cancellation was requested that the runner has not carried out yet.
    public let isCancelRequested: Bool
    /// The message of the last error.
    public let lastError: String?
    /// The reason why the job is dead.
    public let reason: DeadReason?
    /// The time at which the job was moved to the dead jobs.
    public let diedAt: Date?
}

extension JobEntry {
    /// The columns of a job in `job`, in the order in which ``init(_:)`` reads them.
    static var active: SQL {
        """
        id, queue, kind,
        CASE WHEN token IS NOT NULL THEN 'running' WHEN run_at > now() THEN 'scheduled' ELSE 'waiting' END,
        priority, run_at, enqueued_at, failures + crashes + (token IS NOT NULL)::integer, max_attempts, crashes,
        unique_key, (SELECT name FROM job_runner WHERE job_runner.id = job.runner), claimed_at, cancel_requested,
        errors -> -1 ->> 'message', NULL::text, NULL::timestamptz
        """
    }

    /// The same columns of a job in `job_dead`.
    static var dead: SQL {
        """
        id, queue, kind, 'dead', priority, run_at, enqueued_at, failures + crashes, max_attempts, crashes,
        unique_key, NULL::text, NULL::timestamptz, false,
        errors -> -1 ->> 'message', reason, died_at
        """
    }

    init(_ row: inout Row) throws {
        id = JobID(try row.next())
        queue = try row.next()
        kind = try row.next()
        state = try row.next()
        priority = Int(try row.next(Int16.self))
        runAt = try row.next()
        enqueuedAt = try row.next()
        attempt = Int(try row.next(Int32.self))
        maxAttempts = Int(try row.next(Int32.self))
        crashes = Int(try row.next(Int32.self))
        uniqueKey = try row.next()
        runner = try row.next()
        claimedAt = try row.next()
        isCancelRequested = try row.next()
        lastError = try row.next()
        reason = try row.next()
        diedAt = try row.next()
    }
}

/// A job with its payload and its errors.
public struct JobDetail: Sendable, Equatable {
    /// An error of a job.
    public struct ErrorEntry: Sendable, Equatable, Decodable {
        /// The time of the error.
        public let at: Date
        /// The number of the attempt, from 1.
        public let attempt: Int
        /// The error message.
        public let message: String
    }

    /// The current state.
    public let entry: JobEntry
    /// The payload for the handler, as JSON.
    public let payload: String
    /// The latest twenty errors, oldest first.
    public let errors: [ErrorEntry]
}

extension JobDetail {
    init(_ entry: JobEntry, payload: String, errors: String?) throws {
        self.entry = entry
        self.payload = payload
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self.errors = try errors.map { try decoder.decode([ErrorEntry].self, from: Data($0.utf8)) } ?? []
    }
}

/// The state of a job.
public enum JobState: String, Sendable, CaseIterable {
    /// Due, and not claimed.
    case waiting
    /// Not yet due, initially or after a failure.
    case scheduled
    /// Claimed by a runner.
    case running
    /// Not run again unless it is retried by a person.
    case dead
}

/// The reason why a job is dead.
public enum DeadReason: String, Sendable, CaseIterable {
    /// The job reached its maximum number of failures.
    case failed
    /// The handler gave the job up.
    case gaveUp = "gave_up"
    /// Too many runners crashed while they held the job.
    case crashed
    /// The handler cannot decode the payload.
    case undecodable
    /// A person cancelled the job.
    case cancelled
}

extension JobState: PostgresDecodable {
    /// Reads a value from its text.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> JobState { try value(cell) }
}

extension DeadReason: PostgresDecodable {
    /// Reads a value from its text.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> DeadReason { try value(cell) }
}

extension HeldSnapshot.Holder: PostgresDecodable {
    /// Reads a value from its text.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> HeldSnapshot.Holder { try value(cell) }
}

/// Returns the case that a column's text names.
private func value<Value: RawRepresentable<String>>(_ cell: Cell) throws(DecodingFailure) -> Value {
    let text = try String.decode(cell)
    guard let value = Value(rawValue: text) else { throw DecodingFailure("is none of the words that are known") }
    return value
}
