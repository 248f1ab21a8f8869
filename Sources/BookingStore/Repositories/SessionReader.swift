import Booking
import FoundationEssentials

/// Makes sessions of rows that hold ``SessionRepository/columns``.
enum SessionReader {
    typealias Row = (
        Int64, String, String, Int32, Date, Date, String?, String?,
        Int64, String, String?, String?, Int32, String, String, Int32, String, String, String, Date
    )

    static func session(_ row: Row) throws -> Session {
        Session(
            id: Session.ID(row.0), reference: try Reference(row.1), status: Session.Status(rawValue: row.2) ?? .booked,
            revision: row.3,
            client: Client(
                id: Client.ID(row.8), name: row.9, email: try row.10.map { try EmailAddress($0) },
                phone: try row.11.map { try PhoneNumber(e164: $0) }),
            trainer: Session.TrainerName(id: Trainer.ID(row.12), handle: row.13, name: row.14),
            studio: Session.Place(
                id: Studio.ID(row.15), handle: row.16, name: row.17, clock: try StudioClocks.clock(of: row.18)),
            startsAt: row.4, endsAt: row.5, bookedAt: row.19, overrideReason: row.6, cancelReason: row.7)
    }
}
