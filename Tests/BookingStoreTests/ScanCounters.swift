import BookingStoreTesting
import Postgres
import Testing

/// The server's counters of the rows that statements read.
extension BookingFixture {
    /// Expects that work makes no sequential scan of a large table.
    func expectIndexes(
        _ name: Comment, sourceLocation: SourceLocation = #_sourceLocation,
        _ work: @Sendable (Connection) async throws -> Void
    ) async throws {
        // After several executions a generic plan may be used, which must use the indexes as well.
        for _ in 0..<7 {
            let scanned = try await database.transaction { connection in
                let before = try await scans(on: connection)
                try await work(connection)
                return try await scans(on: connection).filter { $0.value > before[$0.key] ?? 0 }.keys.sorted()
            }
            #expect(scanned == [], name, sourceLocation: sourceLocation)
        }
    }

    /// The largest number of rows of sessions that several executions of some work read.
    func readSessions(_ work: @Sendable (Connection) async throws -> Void) async throws -> Int64 {
        var largest: Int64 = 0
        for _ in 0..<7 {
            let read = try await database.transaction { connection in
                let before = try await sessionsRead(on: connection)
                try await work(connection)
                return try await sessionsRead(on: connection) - before
            }
            largest = max(largest, read)
        }
        return largest
    }

    private func sessionsRead(on connection: Connection) async throws -> Int64 {
        try await connection.query(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'session'"
        ).decode(Int64.self)[0]
    }

    private func scans(on connection: Connection) async throws -> [String: Int64] {
        let counters = try await connection.query(
            """
            SELECT relname::text, coalesce(seq_scan, 0)
            FROM pg_stat_xact_user_tables
            WHERE relname IN ('session', 'message', 'client', 'free_session_claim')
            """)
        return Dictionary(uniqueKeysWithValues: try counters.decode((String, Int64).self))
    }
}
