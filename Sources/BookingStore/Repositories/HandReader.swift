import Booking
import FoundationEssentials
import Postgres

/// Makes hands of rows that hold ``HandReader/columns``.
enum HandReader {
    /// What is read of a message `m` and of its session.
    static let columns: SQL = "m.id, m.rule, m.status, st.address, st.phone, st.email, \(SessionRepository.columns)"

    /// A row that cannot be read, such as an address that was imported and is none, must not keep others from going out.
    static func hand(_ rows: Rows) throws -> Hand {
        var hand = Hand()
        try rows.forEach { row in
            let (message, rule) = (try row.next(Int64.self), try row.next(String.self))
            guard try row.next() == "attempting" else {
                hand.skipped += 1
                return
            }
            do {
                hand.handouts.append(try handout(message, rule, &row))
            } catch let problem as InvalidInput {
                hand.unreadable.append(
                    DeliveryRecord(
                        message: message, status: .failed, reason: "invalid_data", reply: problem.description))
            }
        }
        return hand
    }

    private static func handout(_ message: Int64, _ rule: String, _ row: inout Row) throws -> Handout {
        let address = try row.next(String?.self)
        let phone = try row.next(String?.self).map { try PhoneNumber(e164: $0) }
        let email = try row.next(String?.self).map { try EmailAddress($0) }
        let session = try SessionReader.session(&row)
        return Handout(
            message: message, rule: rule, recipient: try session.client.email ?? EmailAddress(""), session: session,
            address: address, phone: phone, email: email)
    }
}
