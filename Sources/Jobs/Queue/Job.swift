public import FoundationEssentials

/// A kind of work; a value is one piece of it, and travels to its handler as JSON.
public protocol Job: Codable, Sendable {
    /// Stable name of the kind: jobs that are queued outlive the binary that queued them.
    static var kind: String { get }
}

/// The key of a job, in the order of enqueueing.
public struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number that the database gave it.
    public let value: Int64

    /// Wraps a number.
    public init(_ value: Int64) {
        self.value = value
    }

    /// The number.
    public var description: String { String(value) }

    /// Whether one was enqueued before the other.
    public static func < (left: JobID, right: JobID) -> Bool { left.value < right.value }
}

/// How a job waits and is tried.
public struct JobOptions: Sendable {
    /// The queue it waits in.
    public var queue: String
    /// Which jobs of the queue it goes before.
    public var priority: JobPriority
    /// Not before this; `nil` is at once, by the database's clock.
    public var runAt: Date?
    /// Not before so long after the enqueueing transaction began, by the database's clock; ``runAt`` goes before it.
    public var delay: Duration?
    /// After so many failures it is dead.
    public var maxAttempts: Int
    /// What keeps it from being enqueued twice.
    public var uniqueness: JobUniqueness?

    /// Options, by default those of most jobs.
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

/// Which jobs of a queue go first.
///
/// Every fourth claim takes whatever is due longest, so that the lowest priority is slow and never starves.
public enum JobPriority: Int16, Sendable, CaseIterable {
    /// Somebody waits for it.
    case urgent = 1
    /// As most.
    case normal = 2
    /// After those.
    case low = 3
    /// When there is nothing else to do.
    case idle = 4

    /// In a statement's text: of four values, none needs a bind.
    var literal: String { String(rawValue) }
}

/// What keeps a job from being enqueued twice; keys are shared by all kinds and queues.
public enum JobUniqueness: Sendable, Hashable {
    /// While a job with this key waits, runs or is to be retried, another is not enqueued.
    case whileQueued(String)
    /// For a period from its enqueueing on, whatever becomes of it, another with this key is not enqueued.
    case forPeriod(String, Duration)
}

/// The JSON that jobs travel as.
enum JobPayload {
    static func text(of value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    static func decode<Kind: Job>(_ payload: String, as kind: Kind.Type) throws -> Kind {
        try JSONDecoder().decode(kind, from: Data(payload.utf8))
    }

    /// Reads several at once, which takes half the time; each by itself where one of them cannot be read.
    static func decode<Kind: Job>(_ payloads: [String], as kind: Kind.Type) -> [Result<Kind, any Error>] {
        let whole = Data("[\(payloads.joined(separator: ","))]".utf8)
        if let jobs = try? JSONDecoder().decode([Kind].self, from: whole), jobs.count == payloads.count {
            return jobs.map { .success($0) }
        }
        return payloads.map { payload in Result { try decode(payload, as: kind) } }
    }
}
