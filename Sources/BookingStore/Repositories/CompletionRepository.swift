import Booking
public import FoundationEssentials
public import Postgres

/// The names that a shell can complete.
public struct CompletionRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the handles of the active trainers, in order.
    public func trainers() async throws -> [String] {
        try await connection.query("SELECT handle FROM trainer WHERE retired_at IS NULL ORDER BY handle")
            .decode(String.self)
    }

    /// Returns the handles of the retired trainers, in order.
    public func retiredTrainers() async throws -> [String] {
        try await connection.query("SELECT handle FROM trainer WHERE retired_at IS NOT NULL ORDER BY handle")
            .decode(String.self)
    }

    /// Returns the handles of the studios, in order.
    public func studios() async throws -> [String] {
        try await connection.query("SELECT slug FROM studio ORDER BY slug").decode(String.self)
    }

    /// Returns the references of the booked sessions from a time on, by start.
    ///
    /// - Parameters:
    ///   - start: The earliest start.
    ///   - limit: The maximum number of references.
    /// - Returns: The references as they are printed.
    /// - Throws: ``PostgresError``.
    public func references(from start: Date, limit: Int) async throws -> [String] {
        try await connection.query(
            """
            SELECT reference
            FROM session
            WHERE status = 'booked'
              AND starts_at >= \(start)
            ORDER BY starts_at, reference
            LIMIT \(Int64(limit))
            """
        ).decode(String.self).map { try Reference($0).description }
    }
}
