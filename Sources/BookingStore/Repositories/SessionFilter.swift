public import Booking
public import FoundationEssentials
import Postgres

/// The conditions of a list of sessions.
public struct SessionFilter: Sendable {
    /// A studio, and the period in which its sessions begin.
    public struct Place: Sendable {
        /// The studio.
        public let studio: Studio.ID
        /// The start of the period.
        public let from: Date
        /// The end of the period, exclusive.
        public let until: Date

        /// Creates a place.
        public init(studio: Studio.ID, from: Date = .distantPast, until: Date = .distantFuture) {
            self.studio = studio
            self.from = from
            self.until = until
        }
    }

    /// The studios, each with its own period, because local dates begin at different times.
    public var places: [Place]
    /// The trainer; `nil` for all.
    public var trainer: Trainer.ID?
    /// The clients; `nil` for all.
    public var clients: [Client.ID]?
    /// The statuses; empty for all.
    public var statuses: Set<Session.Status> = []
    /// The source of the booking, regardless of case; `nil` for all.
    public var source: String?
    /// Only booked sessions that ended by this time; `nil` for all.
    public var unmarkedBy: Date?

    /// Creates a filter for all sessions at studios.
    public init(places: [Place]) {
        self.places = places
    }
}

/// A session in a list, with the circumstances of its booking.
public struct ListedSession: Sendable {
    /// The session.
    public let session: Session
    /// The source of the booking.
    public let source: String?
    /// The actor who booked it; `nil` if the event log does not have the booking.
    public let bookedBy: String?
}

extension SessionFilter {
    /// The conditions for a session `s`, besides its studio and its start.
    private var conditions: SQL {
        var conditions: [SQL] = ["true"]
        if let trainer { conditions.append("s.trainer_id = \(trainer.value)") }
        if let clients { conditions.append("s.client_id = ANY (\(clients.map(\.value)))") }
        if !statuses.isEmpty { conditions.append("s.status = ANY (\(statuses.map(\.rawValue).sorted()))") }
        if let source { conditions.append("lower(s.source) = lower(\(source))") }
        if let unmarkedBy {
            conditions.append("s.status = 'booked' AND s.starts_at < \(unmarkedBy) AND s.ends_at <= \(unmarkedBy)")
        }
        return SQL.joined(conditions, separator: " AND ")
    }

    private var placeRows: SQL {
        """
        unnest(
            \(places.map(\.studio.value)), \(places.map(\.from)), \(places.map(\.until))
        ) AS place (studio_id, from_at, until_at)
        """
    }

    /// Returns the query for the keys of the newest sessions, as `id` and `starts_at`.
    ///
    /// The sessions of a trainer or client are found by their own indexes. Otherwise each studio's newest sessions are
    /// read from the index by studio and start, so that the statement reads no more than the limit for each studio.
    func newest(limit: Int) -> SQL {
        let found: SQL =
            trainer != nil || clients != nil
            ? """
            SELECT s.id, s.starts_at
            FROM session AS s
            JOIN \(placeRows) ON place.studio_id = s.studio_id
            WHERE s.starts_at >= place.from_at
              AND s.starts_at < place.until_at
              AND \(conditions)
            """
            : """
            SELECT found.id, found.starts_at
            FROM \(placeRows)
            CROSS JOIN LATERAL (
                SELECT s.id, s.starts_at
                FROM session AS s
                WHERE s.studio_id = place.studio_id
                  AND s.starts_at >= place.from_at
                  AND s.starts_at < place.until_at
                  AND \(conditions)
                ORDER BY s.starts_at DESC, s.id DESC
                LIMIT \(Int64(limit))
            ) AS found
            """
        return "\(found) ORDER BY starts_at DESC, id DESC LIMIT \(Int64(limit))"
    }
}

extension SessionRepository {
    /// Returns the sessions that match a filter, newest first.
    ///
    /// - Parameters:
    ///   - filter: The filter.
    ///   - limit: Maximum number of sessions.
    /// - Returns: The sessions that begin last, up to the limit.
    /// - Throws: ``PostgresError``.
    public func list(_ filter: SessionFilter, limit: Int) async throws -> [ListedSession] {
        let booking: SQL = """
            , s.source,
            (
                SELECT actor
                FROM event
                WHERE subject = 'session' AND subject_id = s.id AND action = 'insert'
                ORDER BY event.id
                LIMIT 1
            )
            """
        return try await connection.query(
            """
            WITH listed AS MATERIALIZED (\(filter.newest(limit: limit)))
            \(SessionReader.select(adding: booking))
            JOIN listed ON listed.id = s.id
            ORDER BY s.starts_at DESC, s.id DESC
            """
        ).map { row in
            ListedSession(
                session: try SessionReader.sessionAndObstacle(&row), source: try row.next(), bookedBy: try row.next())
        }
    }

    /// Returns the number of sessions that match a filter, up to a bound.
    public func count(_ filter: SessionFilter, upTo bound: Int) async throws -> Int {
        Int(
            try await connection.query("SELECT count(*) FROM (\(filter.newest(limit: bound))) AS found")
                .decode(Int64.self)[0])
    }
}
