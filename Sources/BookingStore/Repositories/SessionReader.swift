package import Booking
import FoundationEssentials
import Locking
package import Postgres

/// The columns that are read for a session, and their decoder.
package enum SessionReader {
    /// The columns that ``session(_:)`` reads.
    package static let columns: SQL = """
        s.id, s.reference, s.status, s.revision, c.id, c.name, c.email, c.phone, t.id, t.handle, t.name, st.id, st.slug,
        st.name, st.time_zone, st.region, s.starts_at, s.ends_at, s.booked_at, s.override_reason,
        s.cancel_reason, s.cancelled_by, s.confirmed_at, s.waived_rules
        """

    static let joins: SQL = """
        JOIN client AS c ON c.id = s.client_id
        JOIN trainer AS t ON t.id = s.trainer_id
        JOIN studio AS st ON st.id = s.studio_id
        """

    /// The join that adds the reason why a booked session cannot take place.
    private static let obstacle: SQL = """
        LEFT JOIN LATERAL (
            SELECT code, detail
            FROM session_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at)
            WHERE s.status = 'booked'
        ) AS obstacle ON true
        """

    /// The columns of ``notes(where:)``, which ``ClientNote/notes(_:)`` reads.
    static let noteColumns: SQL = "note.at AS note_at, note.author AS note_author, note.text AS note_text"

    /// Returns the join that adds the notes about the client that fulfil a condition.
    static func notes(where condition: SQL = "true") -> SQL {
        """
        LEFT JOIN LATERAL (
            SELECT array_agg(at ORDER BY id) AS at,
                   array_agg(author ORDER BY id) AS author,
                   array_agg(text ORDER BY id) AS text
            FROM client_note
            WHERE client_id = s.client_id
              AND \(condition)
        ) AS note ON true
        """
    }

    /// The statement that reads sessions with the reason why they cannot take place and the notes about the client,
    /// before its conditions.
    static let select = select(adding: "")

    /// Returns ``select`` with more columns after its own.
    static func select(adding more: SQL) -> SQL {
        """
        SELECT \(columns),
               CASE
                   WHEN obstacle.code IS NOT NULL THEN obstacle.code
                   WHEN s.status = 'booked'
                       AND 'outside_hours' <> ALL (s.waived_rules)
                       AND NOT is_within_hours(s.studio_id, s.trainer_id, st.time_zone, s.starts_at, s.ends_at)
                   THEN 'outside_hours'
               END AS affected,
               obstacle.detail,
               \(noteColumns)
               \(more)
        FROM session AS s \(joins) \(obstacle) \(notes())
        """
    }

    /// Reads sessions with a statement that begins with ``select``.
    static func read(_ sql: SQL, on connection: Connection) async throws -> [Session] {
        try await send(sql, on: connection).value()
    }

    /// Reads sessions with a statement that begins with ``select`` and is sent together with the next one.
    static func send(_ sql: SQL, on connection: Connection) async -> Pending<[Session]> {
        await connection.send(sql).map { try $0.map(sessionAndObstacle) }
    }

    /// Reads a session from a row with ``columns``.
    package static func session(_ row: inout Row) throws -> Session {
        Session(
            id: Session.ID(try row.next()), reference: try Reference(row.next()),
            status: try row.nextCode(), revision: try row.next(),
            client: Client(
                id: Client.ID(try row.next()), name: try row.next(),
                email: try row.next(String?.self).map { try EmailAddress($0) },
                phone: try row.next(String?.self).map { try PhoneNumber(e164: $0) }),
            trainer: Session.TrainerName(id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next()),
            studio: Session.Place(
                id: Studio.ID(try row.next()), handle: try row.next(), name: try row.next(),
                clock: try StudioClocks.clock(&row)),
            startsAt: try row.next(), endsAt: try row.next(), bookedAt: try row.next(),
            overrideReason: try row.next(), cancelReason: try row.next(), cancelledBy: try row.nextCode(),
            confirmedAt: try row.next(),
            waivedRules: try row.next([String].self).map { try storedCode($0) })
    }

    /// Reads a session from a row with ``columns``, the obstacle's code and its reason, and the notes.
    static func sessionAndObstacle(_ row: inout Row) throws -> Session {
        var session = try session(&row)
        session.affected = try row.nextCode()
        session.affectedReason = try row.next()
        session.notes = try ClientNote.notes(&row)
        return session
    }
}

extension ClientNote {
    /// Reads notes from three columns with an array each; they are NULL if there are no notes.
    static func notes(_ row: inout Row) throws -> [ClientNote] {
        let times = try row.next([Date]?.self) ?? []
        let (authors, texts) = (try row.next([String]?.self) ?? [], try row.next([String]?.self) ?? [])
        return zip(times, zip(authors, texts)).map { ClientNote(at: $0, author: $1.0, text: $1.1) }
    }
}

/// An error for a stored code that is unknown to this version.
///
/// A newer version stored it, or the data were changed manually.
package struct UnknownCode: Error, CustomStringConvertible {
    /// The code and its type.
    package let description: String

    init<Code>(_ code: String, of type: Code.Type) {
        description = "unknown stored value \"\(code)\" for \(type)"
    }
}

/// Reads a stored code.
///
/// - Throws: ``UnknownCode`` for a value that the type does not have.
package func storedCode<Code: RawRepresentable<String>>(_ code: String) throws -> Code {
    guard let value = Code(rawValue: code) else { throw UnknownCode(code, of: Code.self) }
    return value
}

/// Reads a stored day of the week, 1 for Monday.
///
/// - Throws: ``UnknownCode`` for a number that is not 1 to 7.
package func storedWeekday(_ number: Int32) throws -> Weekday {
    guard let day = Weekday(rawValue: Int(number)) else { throw UnknownCode("\(number)", of: Weekday.self) }
    return day
}

extension Row {
    /// Reads a stored code.
    ///
    /// - Throws: ``UnknownCode`` for a value that the type does not have.
    package mutating func nextCode<Code: RawRepresentable<String>>() throws -> Code {
        try storedCode(try next())
    }

    /// Reads a stored code that may be NULL.
    ///
    /// - Throws: ``UnknownCode`` for a value that the type does not have.
    package mutating func nextCode<Code: RawRepresentable<String>>() throws -> Code? {
        try next(String?.self).map { try storedCode($0) }
    }
}

/// A cache of clocks by time zone, so that a zone's rules are not loaded for each row.
package enum StudioClocks {
    private static let known = Guarded<[String: StudioClock]>([:])

    /// Returns the clock of a time zone.
    package static func clock(of zone: String) throws(InvalidInput) -> StudioClock {
        if let clock = known.withLock({ $0[zone] }) { return clock }
        let clock = try StudioClock(timeZone: zone)
        known.withLock { $0[zone] = clock }
        return clock
    }

    /// Reads the clock of a studio from two columns: its time zone and its region.
    package static func clock(_ row: inout Row) throws -> StudioClock {
        var clock = try clock(of: row.next())
        clock.hourCycle = try Region(stored: row.next()).hourCycle
        return clock
    }
}
