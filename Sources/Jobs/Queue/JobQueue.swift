import FoundationEssentials
public import Postgres

/// Puts jobs into the database through the caller's connection: inside the caller's transaction, a job is there when, and
/// only when, the rest of it is.
///
/// Runners are told by one empty NOTIFY a transaction, and not of jobs of the future.
public struct JobQueue: Sendable {
    /// The channel on which runners are told that there may be work.
    public static let channel = "jobs"

    let connection: Connection

    /// Enqueues through a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Enqueues a job.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - options: How it waits and is tried.
    /// - Returns: Its key; `nil` where its uniqueness forbids it.
    /// - Throws: `PostgresError`, or `EncodingError` where the job has no JSON form.
    @discardableResult
    public func enqueue<Kind: Job>(_ job: Kind, _ options: JobOptions = JobOptions()) async throws -> JobID? {
        try await enqueue(Kind.kind, payload: try JobPayload.text(of: job), options)
    }

    /// Enqueues a scheduled job now, whatever its schedule says, unless one of it waits or runs.
    ///
    /// - Parameter scheduled: The job that comes again.
    /// - Returns: The job's key; `nil` where one waits or runs.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func enqueue(_ scheduled: CronJob) async throws -> JobID? {
        var options = scheduled.options
        options.uniqueness = .whileQueued(scheduled.uniqueKey)
        return try await enqueue(scheduled.kind, payload: scheduled.payload, options)
    }

    /// Takes back all jobs of a kind that wait: somebody has just done, or is about to do, what they ask for.
    ///
    /// - Parameter kind: The jobs.
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

    private func enqueue(_ kind: String, payload: String, _ options: JobOptions) async throws -> JobID? {
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
        let rows = try await connection.query("WITH \(addition) \(Self.notifyingQuery(options))")
        return try rows.map { JobID(try $0.next()) }.first
    }

    /// Enqueues several jobs of a kind, in one statement.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, in their order.
    ///   - options: How each of them waits and is tried. A uniqueness would let only one of them in, and is not looked at.
    /// - Returns: Their keys, in the order of the jobs.
    /// - Throws: `PostgresError`, or `EncodingError` where a job has no JSON form.
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

    /// The keys, and on the way, once for the statement, word to the runners.
    private static func notifyingQuery(_ options: JobOptions) -> SQL {
        """
        SELECT id, (SELECT pg_notify('\(unsafeSQL: channel)', '') WHERE \(start(options)) <= now())
        FROM added
        """
    }

    /// When a job may start.
    private static func start(_ options: JobOptions) -> SQL {
        guard let delay = options.delay, options.runAt == nil else { return "coalesce(\(options.runAt), now())" }
        return "now() + \(delay.inSeconds) * interval '1 second'"
    }

    /// One row where the job may be enqueued, with the key that it keeps; none where another has taken it.
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
