public import Postgres

/// Where people look after jobs: what waits, runs and is dead, and what they may do about it.
///
/// What is asked for several jobs by their keys is done for all of them or for none. Everything goes by the database's clock.
public struct JobDesk: Sendable {
    let database: Database

    /// Opens the desk of a database.
    public init(_ database: Database) {
        self.database = database
    }
}

extension JobDesk {
    /// How many jobs a transaction takes at the most: one that lasts long keeps vacuum waiting.
    static let handful = 10_000

    /// Keeps jobs that wait or run as they are until the transaction ends.
    static func lock(_ jobs: [JobID], on connection: Connection) async throws -> [(JobID, JobState)] {
        try await connection.query(
            """
            SELECT id,
                   CASE WHEN token IS NOT NULL THEN 'running' WHEN run_at > now() THEN 'scheduled' ELSE 'waiting' END
            FROM job
            WHERE id = ANY (\(jobs.map(\.value)))
            ORDER BY id
            FOR UPDATE
            """
        ).map { row in (JobID(try row.next()), try row.next()) }
    }

    /// Refuses where one of the jobs is not among those that were found.
    static func assertKnown(_ jobs: [JobID], among known: [JobID]) throws(JobRefusal) {
        let known = Set(known)
        if let missing = jobs.first(where: { !known.contains($0) }) { throw .unknown(missing) }
    }
}
