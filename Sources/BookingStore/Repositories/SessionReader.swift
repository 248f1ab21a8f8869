import Booking
import Postgres

/// Makes sessions of rows that hold ``SessionRepository/columns``.
enum SessionReader {
    static func session(_ row: inout Row) throws -> Session {
        Session(
            id: Session.ID(try row.next()), reference: try Reference(row.next()),
            status: Session.Status(rawValue: try row.next()) ?? .booked, revision: try row.next(),
            client: Client(
                id: Client.ID(try row.next()), name: try row.next(),
                email: try row.next(String?.self).map { try EmailAddress($0) },
                phone: try row.next(String?.self).map { try PhoneNumber(e164: $0) }),
            trainer: Session.TrainerName(id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next()),
            studio: Session.Place(
                id: Studio.ID(try row.next()), handle: try row.next(), name: try row.next(),
                clock: try StudioClocks.clock(of: row.next())),
            startsAt: try row.next(), endsAt: try row.next(), bookedAt: try row.next(),
            overrideReason: try row.next(), cancelReason: try row.next(), confirmedAt: try row.next())
    }
}
