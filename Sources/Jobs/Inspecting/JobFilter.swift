import Postgres

/// Which jobs are meant.
public struct JobFilter: Sendable, Hashable {
    /// Those of one state; `nil` is any.
    public var state: JobState?
    /// Those of one queue; `nil` is any.
    public var queue: String?
    /// Those of one kind; `nil` is any.
    public var kind: String?

    /// Means all jobs, or those of a state, a queue and a kind.
    public init(state: JobState? = nil, queue: String? = nil, kind: String? = nil) {
        self.state = state
        self.queue = queue
        self.kind = kind
    }

    /// Whether dead ones are meant as well.
    var includesDead: Bool { state == nil || state == .dead }

    /// Whether others are.
    var includesLiving: Bool { state != .dead }

    /// The condition on a row of `job`.
    var ofLiving: SQL {
        switch state {
        case .waiting: "token IS NULL AND run_at <= now() AND \(ofAll)"
        case .scheduled: "token IS NULL AND run_at > now() AND \(ofAll)"
        case .running: "token IS NOT NULL AND \(ofAll)"
        case .dead, nil: ofAll
        }
    }

    /// The condition on a row of either table, its state apart.
    var ofAll: SQL {
        var conditions: [SQL] = ["true"]
        if let queue { conditions.append("queue = \(queue)") }
        if let kind { conditions.append("kind = \(kind)") }
        return .joined(conditions, separator: " AND ")
    }
}
