public import Jobs

/// Nothing.
public struct NoOp: Job {
    /// `no_op`.
    public static let kind = "no_op"

    /// Nothing to do.
    public init() {}
}

/// Nothing, a hundred at a time.
public struct BatchNoOp: Job {
    /// `batch_no_op`.
    public static let kind = "batch_no_op"

    /// Nothing to do.
    public init() {}
}

/// A line in a file: an effect outside the database.
public struct Effect: Job {
    /// `effect`.
    public static let kind = "effect"

    /// A line.
    public init() {}
}

/// A line in a file, twenty at a time; acknowledged with the next claim.
public struct BatchEffect: Job {
    /// `batch_effect`.
    public static let kind = "batch_effect"

    /// A line.
    public init() {}
}

/// A row in the table `diary`, and the job's completion with it.
///
/// The first attempt waits for a file to be there, where one is named, and does not let itself be cancelled.
public struct Record: Job {
    /// `record`.
    public static let kind = "record"
    /// The file that is waited for.
    public let gate: String?

    /// A row, once a file is there.
    public init(gate: String? = nil) {
        self.gate = gate
    }
}

/// A line in a file, and then a wait for another file.
///
/// Only the first attempt waits. A stubborn one does not let itself be cancelled.
public struct Vigil: Job {
    /// `vigil`.
    public static let kind = "vigil"
    /// The file that is waited for.
    public let gate: String
    /// Whether it does not let itself be cancelled.
    public let isStubborn: Bool

    /// A wait for a file.
    public init(gate: String, isStubborn: Bool = false) {
        self.gate = gate
        self.isStubborn = isStubborn
    }
}

/// A failure.
public struct Failure: Job {
    /// `failure`.
    public static let kind = "failure"

    /// A failure, each time.
    public init() {}
}

/// The end of the process.
public struct Trap: Job {
    /// `trap`.
    public static let kind = "trap"

    /// The end, each time.
    public init() {}
}
