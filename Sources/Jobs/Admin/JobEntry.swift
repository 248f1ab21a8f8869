public import FoundationEssentials
public import Postgres

/// A job that is not done, as the desk sees it.
public struct JobEntry: Sendable, Equatable {
    /// Its key.
    public let id: JobID
    /// The queue it waits in.
    public let queue: String
    /// What kind of work it is.
    public let kind: String
    /// Where it stands.
    public let state: JobState
    /// 1 goes before 2, and so on to 4.
    public let priority: Int
    /// When it is due; of a dead one, when it was.
    public let runAt: Date
    /// When it was enqueued.
    public let enqueuedAt: Date
    /// How many attempts have begun, those that a runner did not survive among them.
    public let attempt: Int
    /// After so many failures it is dead.
    public let maxAttempts: Int
    /// How often its runner died with it in hand.
    public let crashes: Int
    /// While this job is queued, no other has the same key.
    public let uniqueKey: String?
    /// Who has it in hand.
    public let runner: String?
    /// Since when.
    public let claimedAt: Date?
    /// Whether somebody wants it cancelled, and its runner has not come to it yet.
    public let isCancelRequested: Bool
    /// What went wrong last.
    public let lastError: String?
    /// Why it is dead.
    public let reason: DeadReason?
    /// Since when it is.
    public let diedAt: Date?
}

extension JobEntry {
    /// The columns of a job that waits or runs, as ``init(_:)`` reads them.
    static var active: SQL {
        """
        id, queue, kind,
        CASE WHEN token IS NOT NULL THEN 'running' WHEN run_at > now() THEN 'scheduled' ELSE 'waiting' END,
        priority, run_at, enqueued_at, failures + crashes + (token IS NOT NULL)::integer, max_attempts, crashes,
        unique_key, (SELECT name FROM job_runner WHERE job_runner.id = job.runner), claimed_at, cancel_requested,
        errors -> -1 ->> 'message', NULL::text, NULL::timestamptz
        """
    }

    /// The same columns of a dead job.
    static var dead: SQL {
        """
        id, queue, kind, 'dead', priority, run_at, enqueued_at, failures + crashes, max_attempts, crashes,
        unique_key, NULL::text, NULL::timestamptz, false,
        errors -> -1 ->> 'message', reason, died_at
        """
    }

    init(_ row: inout Row) throws {
        id = JobID(try row.next())
        queue = try row.next()
        kind = try row.next()
        state = try row.next()
        priority = Int(try row.next(Int16.self))
        runAt = try row.next()
        enqueuedAt = try row.next()
        attempt = Int(try row.next(Int32.self))
        maxAttempts = Int(try row.next(Int32.self))
        crashes = Int(try row.next(Int32.self))
        uniqueKey = try row.next()
        runner = try row.next()
        claimedAt = try row.next()
        isCancelRequested = try row.next()
        lastError = try row.next()
        reason = try row.next()
        diedAt = try row.next()
    }
}

/// Everything that is known of a job.
public struct JobDetail: Sendable, Equatable {
    /// Something that went wrong.
    public struct ErrorEntry: Sendable, Equatable, Decodable {
        /// When.
        public let at: Date
        /// In which attempt; the first is 1.
        public let attempt: Int
        /// What.
        public let message: String
    }

    /// Where it stands.
    public let entry: JobEntry
    /// What its handler is given, as JSON.
    public let payload: String
    /// What went wrong so far, the latest twenty, oldest first.
    public let errors: [ErrorEntry]
}

extension JobDetail {
    init(_ entry: JobEntry, payload: String, errors: String?) throws {
        self.entry = entry
        self.payload = payload
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self.errors = try errors.map { try decoder.decode([ErrorEntry].self, from: Data($0.utf8)) } ?? []
    }
}

/// Where a job stands.
public enum JobState: String, Sendable, CaseIterable {
    /// It is due, and nobody has it in hand.
    case waiting
    /// Its time has not come, at first or after a failure.
    case scheduled
    /// A runner has it in hand.
    case running
    /// Nobody will run it unless somebody retries it.
    case dead
}

/// Why a job is dead.
public enum DeadReason: String, Sendable, CaseIterable {
    /// It failed too often.
    case failed
    /// Its handler gave it up.
    case gaveUp = "gave_up"
    /// Its runners died with it in hand, too often.
    case crashed
    /// Its payload is not what its handler reads.
    case undecodable
    /// Somebody called it off.
    case cancelled
}

extension JobState: PostgresDecodable {
    /// Reads the word.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> JobState { try word(cell) }
}

extension DeadReason: PostgresDecodable {
    /// Reads the word.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> DeadReason { try word(cell) }
}

extension HeldSnapshot.Holder: PostgresDecodable {
    /// Reads the word.
    public static func decode(_ cell: Cell) throws(DecodingFailure) -> HeldSnapshot.Holder { try word(cell) }
}

/// One of the words that a column may hold.
private func word<Word: RawRepresentable<String>>(_ cell: Cell) throws(DecodingFailure) -> Word {
    let text = try String.decode(cell)
    guard let word = Word(rawValue: text) else { throw DecodingFailure("is none of the words that are known") }
    return word
}
