public import FoundationEssentials
import Postgres

/// A runner that is active, or the last one of a host that has no active runner.
public struct RunnerPresence: Sendable, Equatable {
    /// The host, or the whole name of a runner whose name has no process number.
    public let host: String
    /// The process number on the host.
    public let processID: Int32?
    /// The version of the program; `nil` for a runner that has not recorded it.
    public let version: String?
    /// The time of the last heartbeat, by the database's clock.
    public let lastHeartbeatAt: Date
    /// The time since the last heartbeat.
    public let seen: Duration
    /// Whether its lease is valid, so that it runs jobs.
    public let isActive: Bool

    init(name: String, version: String?, lastHeartbeatAt: Date, seen: Duration, isActive: Bool) {
        let colon = name.lastIndex(of: ":")
        processID = colon.flatMap { Int32(name[name.index(after: $0)...]) }
        host = processID == nil ? name : String(name[..<(colon ?? name.endIndex)])
        self.version = version
        self.lastHeartbeatAt = lastHeartbeatAt
        self.seen = seen
        self.isActive = isActive
    }
}

extension JobAdmin {
    /// Returns the active runners, and the last runner of each other host that had one.
    ///
    /// Runners are removed a day after their end while another one is active; the last one stays until finished jobs are
    /// pruned manually.
    ///
    /// - Returns: The runners: the active ones first, by name.
    /// - Throws: `PostgresError`.
    public func runners() async throws -> [RunnerPresence] {
        try await database.query(
            """
            SELECT name, version, seen_at, greatest(0, extract(epoch FROM now() - seen_at))::double precision, is_active
            FROM (
                SELECT *, row_number() OVER (PARTITION BY host ORDER BY is_active DESC, seen_at DESC, id DESC) AS place
                FROM (
                    SELECT id, name, version, seen_at, gone_at IS NULL AND lease_until > now() AS is_active,
                           regexp_replace(name, ':[0-9]+$', '') AS host
                    FROM job_runner
                ) AS known
            ) AS ranked
            WHERE is_active OR place = 1
            ORDER BY is_active DESC, name, id
            """
        ).map { row in
            RunnerPresence(
                name: try row.next(), version: try row.next(), lastHeartbeatAt: try row.next(),
                seen: .seconds(try row.next(Double.self)), isActive: try row.next())
        }
    }
}
