public import FoundationEssentials
public import Jobs
public import Postgres

/// A job that closes past days at each studio.
public struct CloseDays: Job {
    /// The kind: `days.close`.
    public static let kind = "days.close"

    /// Creates the job.
    public init() {}

    /// A day with sessions that are not marked.
    public struct OpenDay: Sendable, Equatable {
        /// The studio.
        public let studio: String
        /// The number of sessions.
        public let sessions: Int
    }

    /// Closes past days.
    ///
    /// - Parameters:
    ///   - now: The current time; each day ends in its studio's time zone.
    ///   - connection: A connection to the database.
    /// - Returns: The days with sessions that are neither attended nor no-shows. They stay unmarked
    ///   until they are marked by hand.
    /// - Throws: `PostgresError`.
    public static func close(at now: Date, on connection: Connection) async throws -> [OpenDay] {
        try await connection.query("SELECT studio, left_open FROM close_days(\(now))")
            .decode((String, Int32).self).map { OpenDay(studio: $0.0, sessions: Int($0.1)) }
    }
}

/// A job that removes records after their retention periods: dead jobs, runners that no longer exist, the texts of
/// messages, received texts and mail, and events.
///
/// The rows of sessions and of the ledger are kept.
public struct PruneHistory: Job {
    /// The kind: `history.prune`.
    public static let kind = "history.prune"

    /// Creates the job.
    public init() {}
}
