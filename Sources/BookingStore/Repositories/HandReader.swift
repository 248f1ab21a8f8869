import Booking
import FoundationEssentials
import Postgres

/// Makes hands of rows that hold ``HandReader/columns``.
enum HandReader {
    private typealias Row = (
        Int64, String, String, String?, String?, String?,
        Int64, String, String, Int32, Date, Date, String?, String?,
        Int64, String, String?, String?, Int32, String, String, Int32, String, String, String, Date
    )

    /// What is read of a message `m` and of its session.
    static let columns: SQL = "m.id, m.rule, m.status, st.address, st.phone, st.email, \(SessionRepository.columns)"

    /// A row that cannot be read, such as an address that was imported and is none, must not keep others from going out.
    static func hand(_ rows: Rows) throws -> Hand {
        var hand = Hand()
        for row in try rows.decode(Row.self) {
            guard row.2 == "attempting" else {
                hand.skipped += 1
                continue
            }
            do {
                hand.handouts.append(try handout(row))
            } catch let problem as InvalidInput {
                hand.unreadable.append(
                    DeliveryRecord(
                        message: row.0, status: .failed, reason: "invalid_data", reply: problem.description))
            }
        }
        return hand
    }

    private static func handout(_ row: Row) throws -> Handout {
        let session = try SessionReader.session(
            (
                row.6, row.7, row.8, row.9, row.10, row.11, row.12, row.13, row.14, row.15, row.16, row.17,
                row.18, row.19, row.20, row.21, row.22, row.23, row.24, row.25
            ))
        return Handout(
            message: row.0, rule: row.1, recipient: try session.client.email ?? EmailAddress(""), session: session,
            address: row.3, phone: try row.4.map { try PhoneNumber(e164: $0) },
            email: try row.5.map { try EmailAddress($0) })
    }
}
