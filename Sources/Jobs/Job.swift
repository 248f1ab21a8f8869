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
