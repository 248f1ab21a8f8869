import FoundationEssentials
public import Postgres

/// The interface for enqueueing jobs through the caller's connection.
///
/// Inside the caller's transaction, a job is stored if and only if the rest of the transaction is.
///
/// Runners are notified by one empty NOTIFY per transaction, and not of jobs that start in the future.
public struct JobQueue: Sendable {
    /// The channel on which runners are notified of new jobs.
    public static let channel = "jobs"

    let connection: Connection

    /// Creates a queue on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Enqueues a job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - options: Queue, priority, start, retries and uniqueness.
    /// - Returns: The job's ID; `nil` where its uniqueness prevents it.
    /// - Throws: `PostgresError`, or `EncodingError` where the job cannot be encoded as JSON.
    @discardableResult
    public func enqueue<Kind: Job>(_ job: Kind, _ options: JobOptions = JobOptions()) async throws -> JobID? {
        try await enqueue(Kind.kind, payload: try JobPayload.text(of: job), options)
    }

    /// Enqueues a recurring job now, regardless of its schedule, unless one is already waiting, scheduled or running.
    ///
    /// - Parameter scheduled: The recurring job.
    /// - Returns: The job's ID; `nil` where one is already queued.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func enqueue(_ scheduled: CronJob) async throws -> JobID? {
        var options = scheduled.options
        options.uniqueness = .whileQueued(scheduled.uniqueKey)
        return try await enqueue(scheduled.kind, payload: scheduled.payload, options)
    }

    /// Deletes all jobs of a kind that are not running, because their work has been done, or is about to be.
    ///
    /// - Parameter kind: The kind of job.
    /// - Throws: `PostgresError`.
    public func withdraw<Kind: Job>(_ kind: Kind.Type) async throws {
        try await connection.query(
            """
            DELETE FROM job
            WHERE id = ANY (ARRAY(
                SELECT id
                FROM job
                WHERE kind = \(kind.kind) AND token IS NULL
                ORDER BY id
                FOR UPDATE SKIP LOCKED))
            """)
    }

    /// Enqueues a job together with the connection's next statement, or with the end of its transaction.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - options: The options.
    /// - Throws: `EncodingError` where the job cannot be encoded as JSON.
    public func send<Kind: Job>(_ job: Kind, _ options: JobOptions = JobOptions()) async throws {
        await connection.send(Self.insertion(Kind.kind, payload: try JobPayload.text(of: job), options))
    }

    private func enqueue(_ kind: String, payload: String, _ options: JobOptions) async throws -> JobID? {
        let rows = try await connection.query(Self.insertion(kind, payload: payload, options))
        return try rows.map { JobID(try $0.next()) }.first
    }

    /// The statement that inserts a job and notifies the runners; it returns the job's ID.
    private static func insertion(_ kind: String, payload: String, _ options: JobOptions) -> SQL {
        let addition: SQL
        if let uniqueness = options.uniqueness {
            addition = """
                \(Self.reservation(uniqueness)),
                added AS (
                    INSERT INTO job (queue, kind, payload, priority, run_at, max_attempts, unique_key)
                    SELECT \(options.queue), \(kind), \(payload)::jsonb, \(unsafeSQL: options.priority.literal),
                           \(Self.start(options)), \(Int32(options.maxAttempts)), reservation.unique_key
                    FROM reservation
                    ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL DO NOTHING
                    RETURNING id
                )
                """
        } else {
            addition = """
                added AS (
                    INSERT INTO job (queue, kind, payload, priority, run_at, max_attempts)
                    VALUES (\(options.queue), \(kind), \(payload)::jsonb, \(unsafeSQL: options.priority.literal),
                            \(Self.start(options)), \(Int32(options.maxAttempts)))
                    RETURNING id
                )
                """
        }
        return "WITH \(addition) \(Self.notifyingQuery(options))"
    }

    /// Enqueues several jobs of a kind, in one statement.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, in order.
    ///   - options: The options of each job. A uniqueness is ignored: it would admit only one of them.
    /// - Returns: The jobs' IDs, in the order of the jobs.
    /// - Throws: `PostgresError`, or `EncodingError` where a job cannot be encoded as JSON.
    @discardableResult
    public func enqueue<Kind: Job>(_ jobs: [Kind], _ options: JobOptions = JobOptions()) async throws -> [JobID] {
        guard !jobs.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            WITH added AS (
                INSERT INTO job (queue, kind, payload, priority, run_at, max_attempts)
                SELECT \(options.queue), \(Kind.kind), payload, \(unsafeSQL: options.priority.literal),
                       \(Self.start(options)), \(Int32(options.maxAttempts))
                FROM jsonb_array_elements(\(try JobPayload.text(of: jobs))::jsonb) AS payload
                RETURNING id
            )
            \(Self.notifyingQuery(options))
            """)
        return try rows.map { JobID(try $0.next()) }
    }

    /// The query that returns the IDs, and notifies the runners once per statement.
    private static func notifyingQuery(_ options: JobOptions) -> SQL {
        """
        SELECT id, (SELECT pg_notify('\(unsafeSQL: channel)', '') WHERE \(start(options)) <= now())
        FROM added
        """
    }

    /// The expression for the earliest start of a job.
    private static func start(_ options: JobOptions) -> SQL {
        guard let delay = options.delay, options.runAt == nil else { return "coalesce(\(options.runAt), now())" }
        return "now() + \(delay.inSeconds) * interval '1 second'"
    }

    /// The subquery with one row, which holds the unique key, if the job may be enqueued; otherwise without rows.
    private static func reservation(_ uniqueness: JobUniqueness) -> SQL {
        switch uniqueness {
        case .whileQueued(let key):
            "reservation AS (SELECT \(key) AS unique_key)"
        case .forPeriod(let key, let period):
            """
            reservation AS (
                INSERT INTO job_period (unique_key, until)
                VALUES (\(key), now() + \(period.inSeconds) * interval '1 second')
                ON CONFLICT (unique_key) DO UPDATE
                SET until = excluded.until
                WHERE job_period.until <= now()
                RETURNING NULL::text AS unique_key
            )
            """
        }
    }
}
