package import Booking
package import Postgres

/// Makes sessions of rows that hold ``SessionRepository/columns``.
package enum SessionReader {
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
                clock: try StudioClocks.clock(of: row.next())),
            startsAt: try row.next(), endsAt: try row.next(), bookedAt: try row.next(),
            overrideReason: try row.next(), cancelReason: try row.next(), confirmedAt: try row.next(),
            waivedRules: try row.next([String].self).map { try storedCode($0) })
    }

    /// Makes a session of a row that holds ``SessionRepository/columns`` and then its obstacle's code and reason.
    static func sessionAndObstacle(_ row: inout Row) throws -> Session {
        var session = try session(&row)
        session.affected = try row.nextCode()
        session.affectedReason = try row.next()
        return session
    }
}

/// A stored code that this version does not know: a newer version wrote it, or someone changed the data by hand.
package struct UnknownCode: Error, CustomStringConvertible {
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
/// - Throws: ``UnknownCode`` for a number that is no day.
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

/// The clocks of the zones that rows name: a zone's rules are read once, not with each row.
package enum StudioClocks {
    private static let known = Guarded<[String: StudioClock]>([:])

    package static func clock(of zone: String) throws(InvalidInput) -> StudioClock {
        if let clock = known.withLock({ $0[zone] }) { return clock }
        let clock = try StudioClock(timeZone: zone)
        known.withLock { $0[zone] = clock }
        return clock
    }
}
