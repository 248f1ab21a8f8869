import FoundationEssentials
public import Jobs
public import Postgres

/// A row of the table `job`.
public struct QueuedJob: Sendable {
    /// The job's ID.
    public let id: JobID
    /// The kind of job.
    public let kind: String
    /// The number of failures.
    public let failures: Int32
    /// The number of crashes of a runner that held the job.
    public let crashes: Int32
    /// The token of the current lease.
    public let token: Int64?
    /// The seconds until the job is due; negative if it is already due.
    public let dueIn: Double
    /// The error messages so far.
    public let errors: [String]

    /// Whether the job is not claimed.
    public var isWaiting: Bool { token == nil }
}

/// A row of the table `job_dead`.
public struct DeadJob: Sendable {
    /// The job's ID.
    public let id: JobID
    /// The kind of job.
    public let kind: String
    /// The reason why the job is dead.
    public let reason: String
    /// The number of failures.
    public let failures: Int32
    /// The number of crashes of a runner that held the job.
    public let crashes: Int32
    /// The error messages.
    public let errors: [String]
}

extension JobFixture {
    /// Returns all jobs that are not dead, in order of ID.
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

    /// Returns all dead jobs, in order of ID.
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

    /// Returns whether there are no jobs, apart from dead ones.
    public func isEmpty() async throws -> Bool {
        try await number("SELECT count(*) FROM job") == 0
    }

    /// Returns the number that a query selects.
    public func number(_ query: SQL) async throws -> Int64 {
        try await database.query(query).decode(Int64.self)[0]
    }
}
