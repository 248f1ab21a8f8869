import FoundationEssentials
public import Jobs
public import Postgres

/// A job as it stands in the database.
public struct QueuedJob: Sendable {
    /// Its key.
    public let id: JobID
    /// What kind of work.
    public let kind: String
    /// How often its handler failed.
    public let failures: Int32
    /// How often its runner died with it in hand.
    public let crashes: Int32
    /// The lease of whoever has it in hand.
    public let token: Int64?
    /// In how many seconds it is due; negative where it has been due so long.
    public let dueIn: Double
    /// What went wrong so far.
    public let errors: [String]

    /// Whether nobody has it in hand.
    public var isWaiting: Bool { token == nil }
}

/// A dead job as it stands in the database.
public struct DeadJob: Sendable {
    /// Its key.
    public let id: JobID
    /// What kind of work.
    public let kind: String
    /// Why it is dead.
    public let reason: String
    /// How often its handler failed.
    public let failures: Int32
    /// How often its runner died with it in hand.
    public let crashes: Int32
    /// What went wrong.
    public let errors: [String]
}

extension JobYard {
    /// All jobs that wait or run, in the order of their keys.
    public func jobs() async throws -> [QueuedJob] {
        try await database.query(
            """
            SELECT id, kind, failures, crashes, token, extract(epoch FROM run_at - clock_timestamp())::double precision,
                   ARRAY(SELECT error ->> 'message' FROM jsonb_array_elements(coalesce(errors, '[]')) AS error)
            FROM job
            ORDER BY id
            """
        ).map { row in
            QueuedJob(
                id: JobID(try row.next()), kind: try row.next(), failures: try row.next(), crashes: try row.next(),
                token: try row.next(), dueIn: try row.next(), errors: try row.next())
        }
    }

    /// All dead jobs, in the order of their keys.
    public func dead() async throws -> [DeadJob] {
        try await database.query(
            """
            SELECT id, kind, reason, failures, crashes,
                   ARRAY(SELECT error ->> 'message' FROM jsonb_array_elements(coalesce(errors, '[]')) AS error)
            FROM job_dead
            ORDER BY id
            """
        ).map { row in
            DeadJob(
                id: JobID(try row.next()), kind: try row.next(), reason: try row.next(), failures: try row.next(),
                crashes: try row.next(), errors: try row.next())
        }
    }

    /// Whether nothing waits or runs.
    public func isEmpty() async throws -> Bool {
        try await number("SELECT count(*) FROM job") == 0
    }

    /// Asks for one number.
    public func number(_ question: SQL) async throws -> Int64 {
        try await database.query(question).decode(Int64.self)[0]
    }
}
