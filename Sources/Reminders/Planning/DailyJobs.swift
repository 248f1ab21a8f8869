public import FoundationEssentials
public import Jobs
public import Postgres

/// Closes the days that are over at each studio.
public struct CloseDays: Job {
    /// `days.close`.
    public static let kind = "days.close"

    /// Asks for it.
    public init() {}

    /// A day with sessions that nobody has marked.
    public struct OpenDay: Sendable, Equatable {
        /// The studio.
        public let studio: String
        /// How many sessions.
        public let sessions: Int
    }

    /// Closes what is over.
    ///
    /// - Parameters:
    ///   - now: The clock by which days end, each on its studio's calendar.
    ///   - connection: Where to write.
    /// - Returns: The days with sessions that are neither attended nor missed. Nothing is guessed of them: `intro agenda`
    ///   lists them until somebody says.
    /// - Throws: `PostgresError`.
    public static func close(at now: Date, on connection: Connection) async throws -> [OpenDay] {
        try await connection.query("SELECT studio, left_open FROM close_days(\(now))")
            .decode((String, Int32).self).map { OpenDay(studio: $0.0, sessions: Int($0.1)) }
    }
}

/// Removes what nobody will ask about any more: dead jobs, runners that are gone.
///
/// The ledger and the event log stay.
public struct PruneHistory: Job {
    /// `history.prune`.
    public static let kind = "history.prune"

    /// Asks for it.
    public init() {}
}
