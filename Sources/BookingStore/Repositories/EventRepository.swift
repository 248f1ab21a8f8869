public import Booking
public import FoundationEssentials
public import Postgres

/// The event log in the database, which triggers write.
public struct EventRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the events that match a filter, newest first.
    ///
    /// - Parameters:
    ///   - filter: The filter.
    ///   - limit: Maximum number of events.
    /// - Returns: The newest events, up to the limit.
    /// - Throws: ``PostgresError``.
    public func all(_ filter: EventFilter, limit: Int) async throws -> [Event] {
        try await connection.query(
            """
            WITH found AS MATERIALIZED (
                SELECT *
                FROM event AS e
                WHERE \(filter.conditions)
                ORDER BY id DESC
                LIMIT \(Int64(limit))
            )
            SELECT found.at, found.actor, found.login, found.action, found.subject, found.subject_id,
                   session.reference, found.reason, found.before, found.after
            FROM found
            LEFT JOIN session
                ON session.id = CASE
                    WHEN found.subject = 'session' THEN found.subject_id
                    ELSE (coalesce(found.after, found.before) ->> 'session_id')::bigint
                END
            ORDER BY found.id DESC
            """
        ).map { row in
            Event(
                at: try row.next(), actor: try row.next(), login: try row.next(), action: try row.nextCode(),
                object: try row.next(), objectID: try row.next(),
                reference: try row.next(String?.self).map { try Reference($0) }, reason: try row.next(),
                before: try row.next(), after: try row.next())
        }
    }

    /// Returns the number of events that match a filter, up to a bound.
    public func count(_ filter: EventFilter, upTo bound: Int) async throws -> Int {
        Int(
            try await connection.query(
                """
                SELECT count(*)
                FROM (SELECT FROM event AS e WHERE \(filter.conditions) ORDER BY id DESC LIMIT \(Int64(bound))) AS found
                """
            ).decode(Int64.self)[0])
    }
}

/// A change of a row, as the event log has it.
public struct Event: Sendable {
    /// The kind of change.
    public enum Action: String, Sendable, CaseIterable {
        case insert, update, delete
    }

    /// The time, by the database's clock.
    public let at: Date
    /// The actor.
    public let actor: String
    /// The database login; `nil` for events from before it was recorded.
    public let login: String?
    /// The kind of change.
    public let action: Action
    /// The kind of the changed object: its table.
    public let object: String
    /// The key of the changed object.
    public let objectID: Int64
    /// The reference of the session that changed, or that the changed object belongs to.
    public let reference: Reference?
    /// The reason, if one was given.
    public let reason: String?
    /// The row before the change, as JSON; `nil` for an insertion.
    public let before: String?
    /// The row after the change, as JSON; `nil` for a deletion.
    public let after: String?
}

/// The conditions of a list of events.
public struct EventFilter: Sendable {
    /// An object whose events are listed, with the events of what belongs to it.
    public enum Subject: Sendable, Equatable {
        /// A session and its messages.
        case session(Session.ID)
        /// Clients, their preferences, notes and sessions.
        case clients([Client.ID])
        /// A trainer, their hours and time off, and the changes of sessions that they had before or after the change.
        case trainer(Trainer.ID)
        /// A studio, and everything at it.
        case studio(Studio.ID)
    }

    /// The objects, any of which matches; empty for all events.
    public var subjects: [Subject] = []
    /// The actor or the login; `nil` for all.
    public var actor: String?
    /// The start of the period; `nil` for none.
    public var from: Date?
    /// The end of the period, exclusive; `nil` for none.
    public var until: Date?

    /// Creates a filter for all events.
    public init() {}

    /// The conditions for an event `e`.
    fileprivate var conditions: SQL {
        var conditions: [SQL] = ["true"]
        if !subjects.isEmpty { conditions.append("(\(SQL.joined(subjects.map(\.condition), separator: " OR ")))") }
        if let actor { conditions.append("(e.actor = \(actor) OR e.login = \(actor))") }
        if let from { conditions.append("e.at >= \(from)") }
        if let until { conditions.append("e.at < \(until)") }
        return SQL.joined(conditions, separator: " AND ")
    }
}

extension EventFilter.Subject {
    /// The condition for an event `e`.
    fileprivate var condition: SQL {
        switch self {
        case .session(let id):
            """
            (e.subject = 'session' AND e.subject_id = \(id.value)
             OR e.subject = 'message'
                AND e.subject_id = ANY (ARRAY(SELECT id FROM message WHERE session_id = \(id.value))))
            """
        case .clients(let ids): Self.condition(clients: ids.map(\.value))
        case .trainer(let id):
            """
            (e.subject = 'trainer' AND e.subject_id = \(id.value)
             OR e.subject IN ('time_off', 'hours_season')
                AND coalesce(e.after, e.before) ->> 'trainer_id' = \(id.value)::text
             OR e.subject = 'hours'
                AND e.subject_id = ANY (ARRAY(SELECT id FROM hours_season WHERE trainer_id = \(id.value)))
             OR e.subject = 'session'
                AND \(id.value)::text IN (e.before ->> 'trainer_id', e.after ->> 'trainer_id')
                AND e.subject_id = ANY (ARRAY(
                    SELECT id FROM session WHERE trainer_id = \(id.value)
                    UNION
                    SELECT subject_id FROM event WHERE \(EventRepository.isMoved(from: id)))))
            """
        case .studio(let id):
            "(e.studio_id = \(id.value) OR e.subject = 'studio' AND e.subject_id = \(id.value))"
        }
    }

    private static func condition(clients ids: [Int64]) -> SQL {
        """
        (e.subject = 'client' AND e.subject_id = ANY (\(ids))
         OR e.subject = 'consent'
            AND e.subject_id = ANY (ARRAY(SELECT id FROM consent WHERE client_id = ANY (\(ids))))
         OR e.subject = 'client_note'
            AND e.subject_id = ANY (ARRAY(SELECT id FROM client_note WHERE client_id = ANY (\(ids))))
         OR e.subject = 'session'
            AND e.subject_id = ANY (ARRAY(SELECT id FROM session WHERE client_id = ANY (\(ids)))))
        """
    }
}
