public import Jobs

/// A job that does nothing.
public struct NoOp: Job {
    /// `no_op`.
    public static let kind = "no_op"

    /// Creates a job.
    public init() {}
}

/// A job that does nothing, in batches of up to a hundred.
public struct BatchNoOp: Job {
    /// `batch_no_op`.
    public static let kind = "batch_no_op"

    /// Creates a job.
    public init() {}
}

/// A job that appends a line to a file: an effect outside the database.
public struct Effect: Job {
    /// `effect`.
    public static let kind = "effect"

    /// Creates a job.
    public init() {}
}

/// A job that appends a line to a file, in batches of up to twenty; acknowledged with the next claim.
public struct BatchEffect: Job {
    /// `batch_effect`.
    public static let kind = "batch_effect"

    /// Creates a job.
    public init() {}
}

/// A job that inserts a row into the table `effect_row` in the transaction of its completion.
///
/// The first attempt waits for a file to exist, if one is given, and ignores cancellation.
public struct Record: Job {
    /// `record`.
    public static let kind = "record"
    /// The path of the file to wait for.
    public let gate: String?

    /// Creates a job that waits for a file, if one is given.
    public init(gate: String? = nil) {
        self.gate = gate
    }
}

/// A job that appends a line to a file, and then waits for another file.
///
/// Only the first attempt waits.
public struct WaitingJob: Job {
    /// `waiting`.
    public static let kind = "waiting"
    /// The path of the file to wait for.
    public let gate: String
    /// Whether the job ignores cancellation.
    public let ignoresCancellation: Bool

    /// Creates a job that waits for a file.
    public init(gate: String, ignoresCancellation: Bool = false) {
        self.gate = gate
        self.ignoresCancellation = ignoresCancellation
    }
}

/// A job that fails.
public struct Failure: Job {
    /// `failure`.
    public static let kind = "failure"

    /// Creates a job.
    public init() {}
}

/// A job that crashes the process.
public struct CrashingJob: Job {
    /// `crash`.
    public static let kind = "crash"

    /// Creates a job.
    public init() {}
}
