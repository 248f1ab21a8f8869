public import FoundationEssentials

/// A kind of job; a value is one job, which is sent to its handler as JSON.
public protocol Job: Codable, Sendable {
    /// The stable name of the kind: queued jobs may outlast the binary that queued them.
    static var kind: String { get }
}

/// The ID of a job; IDs ascend in the order of enqueueing.
public struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number that the database assigned.
    public let value: Int64

    /// Creates an ID from a number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// The number in decimal.
    public var description: String { String(value) }

    /// Returns whether the first job was enqueued before the second.
    public static func < (left: JobID, right: JobID) -> Bool { left.value < right.value }
}

/// The options of a job: queue, priority, start, retries and uniqueness.
public struct JobOptions: Sendable {
    /// The name of the queue.
    public var queue: String
    /// The priority within the queue.
    public var priority: JobPriority
    /// The earliest start, by the database's clock; `nil` means immediately.
    public var runAt: Date?
    /// The delay of the start from the beginning of the enqueueing transaction; ignored where ``runAt`` is set.
    public var delay: Duration?
    /// The number of failures after which the job is dead.
    public var maxAttempts: Int
    /// The rule against duplicates; `nil` means none.
    public var uniqueness: JobUniqueness?

    /// Creates options; the defaults suit most jobs.
    public init(
        queue: String = "default", priority: JobPriority = .normal, runAt: Date? = nil, delay: Duration? = nil,
        maxAttempts: Int = 10, uniqueness: JobUniqueness? = nil
    ) {
        self.queue = queue
        self.priority = priority
        self.runAt = runAt
        self.delay = delay
        self.maxAttempts = maxAttempts
        self.uniqueness = uniqueness
    }
}

/// The priority of a job within its queue.
///
/// Every fourth claim ignores priorities and takes the jobs that have been due longest, so that the lowest priority is
/// slow but is never starved.
public enum JobPriority: Int16, Sendable, CaseIterable {
    /// A person waits for the result.
    case urgent = 1
    /// The priority of most jobs.
    case normal = 2
    /// After normal jobs.
    case low = 3
    /// Only when no other job is due.
    case idle = 4

    /// The literal in a statement's text; with only four values, it needs no bind.
    var literal: String { String(rawValue) }
}

/// The rule that prevents duplicate jobs; keys are shared by all kinds and queues.
public enum JobUniqueness: Sendable, Hashable {
    /// A job is not enqueued while another with the same key is waiting, scheduled or running.
    case whileQueued(String)
    /// A job is not enqueued for a period after another with the same key was enqueued, whatever that one's result.
    case forPeriod(String, Duration)
}

/// The JSON encoding of jobs.
enum JobPayload {
    static func text(of value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    static func decode<Kind: Job>(_ payload: String, as kind: Kind.Type) throws -> Kind {
        try JSONDecoder().decode(kind, from: Data(payload.utf8))
    }

    /// Decodes several payloads at once, which takes half the time; one by one where one of them cannot be decoded.
    static func decode<Kind: Job>(_ payloads: [String], as kind: Kind.Type) -> [Result<Kind, any Error>] {
        let whole = Data("[\(payloads.joined(separator: ","))]".utf8)
        if let jobs = try? JSONDecoder().decode([Kind].self, from: whole), jobs.count == payloads.count {
            return jobs.map { .success($0) }
        }
        return payloads.map { payload in Result { try decode(payload, as: kind) } }
    }
}
