import Booking
import BookingStore
import FoundationEssentials

/// The n-th free slot of the data set and the new client who books it, used by our code and by the limits.
///
/// Consecutive slots are in different studios, so that callers compete only when a measurement intends it.
struct FreeSlot: Sendable {
    let number: Int
    let studio: Int
    let trainer: Int
    /// The start in seconds since 1970.
    let start: Int

    init(_ number: Int, of dataset: Dataset) {
        let studios = dataset.fullStudios
        self.number = number
        studio = 3 + number % studios
        trainer = 57 + number % studios * 10 + number / studios % 10
        let turn = number / (studios * 10)
        let (weekday, hour) = (turn % 40, turn / 40 % 12)
        start = Dataset.beginning + (weekday / 5 * 7 + weekday % 5) * 86_400 + hour * 3600 + 27_000
    }

    /// Returns the same computation for pgbench, which sets `:studio`, `:trainer` and `:start` from `:number`.
    static func pgbenchSettings(_ dataset: Dataset) -> String {
        """
        \\set studio 3 + :number % \(dataset.fullStudios)
        \\set trainer 57 + :number % \(dataset.fullStudios) * 10 + :number / \(dataset.fullStudios) % 10
        \\set weekday :number / \(dataset.fullStudios * 10) % 40
        \\set hour :number / \(dataset.fullStudios * 400) % 12
        \\set start \(Dataset.beginning + 27_000) + (:weekday / 5 * 7 + :weekday % 5) * 86400 + :hour * 3600
        """
    }

    var email: String { "new-\(number)@example.com" }
    var phone: String { "+1\(2_012_000_000 + number)" }
    var name: String { "New Client \(number)" }

    /// The start in the form for the command line.
    var startText: String { Date(timeIntervalSince1970: TimeInterval(start)).formatted(.iso8601) }

    /// A reference that no session of the data set has.
    var freshReference: String {
        let digits = String((2_000_000_000 + number) * 2_654_435_761 % 4_294_967_296, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Returns the booking request for the front desk.
    func request(_ directory: StudioDirectory) throws -> BookingRequest {
        let email = try EmailAddress(email)
        let phone = try PhoneNumber(e164: phone)
        guard let studio = directory.studios[Int32(studio)], let person = directory.trainers[Int32(trainer)] else {
            throw BenchFailure("there is no trainer \(trainer)", because: "the data set has fewer")
        }
        var request = BookingRequest(
            studio: studio, who: .email(email), start: Date(timeIntervalSince1970: TimeInterval(start)))
        request.trainer = person
        request.newClient = ClientDetails(name: try PersonName(name), email: email, phone: phone)
        return request
    }
}

/// The values that are bound when a free slot is booked, by name.
///
/// The values of one logged booking, together with expressions for any other, turn the logged statements into a
/// script.
struct FreeSlotBinds {
    /// The values by name.
    private let values: [String: String]

    private init(_ values: [String: String]) {
        self.values = values
    }

    /// Creates the values of a logged booking.
    ///
    /// - Parameters:
    ///   - freeSlot: The booked slot.
    ///   - key: The request's key.
    ///   - reference: The session's reference.
    ///   - client: The new client's identifier.
    ///   - session: The session's identifier.
    init(logged freeSlot: FreeSlot, key: String, reference: String, client: Int64, session: Int64) {
        self.init(
            start: freeSlot.start, key: key, reference: reference, client: String(client), session: String(session),
            studio: freeSlot.studio, trainer: freeSlot.trainer, email: freeSlot.email, phone: freeSlot.phone,
            name: freeSlot.name)
    }

    private init(
        start: Int, key: String, reference: String, client: String, session: String, studio: Int, trainer: Int,
        email: String, phone: String, name: String
    ) {
        let hours = (start / 3600...(start + 1799) / 3600).map { "studio:\(studio):hour:\($0)" }
        let locks = ["request:\(key)", "email:\(email)", "phone:\(phone)"] + hours + ["trainer:\(trainer)"]
        values = [
            "now": Self.text(Dataset.beginning), "start": Self.text(start), "end": Self.text(start + 1200),
            "free": Self.text(start + 1800), "key": key, "reference": reference, "client": client,
            "session": session, "studio": "\(studio)", "trainer": "\(trainer)", "email": email, "phone": phone,
            "name": name, "emails": "{\(email)}", "phones": "{\(phone)}",
            "contacts": "{email:\(email),phone:\(phone)}", "shared": "{studio:\(studio)}",
            "locks": "{\(locks.joined(separator: ","))}", "actor": "bench", "waived": "f",
            "zone": "America/Los_Angeles", "slug": "studio-\(studio)", "handle": "trainer-\(trainer)",
            "queue": "messages", "kind": "messages.deliver", "payload": "{}", "attempts": "1000",
        ]
    }

    /// Returns the psql expressions for one free slot; generated identifiers are read from their sequences.
    static func psql(_ freeSlot: FreeSlot) -> Replay.Expressions {
        let own = FreeSlotBinds(
            start: freeSlot.start, key: "once:\(UUID().uuidString)", reference: freeSlot.freshReference,
            client: "", session: "", studio: freeSlot.studio, trainer: freeSlot.trainer, email: freeSlot.email,
            phone: freeSlot.phone, name: freeSlot.name)
        var expressions = own.values.mapValues { "'\($0)'" }
        for name in ["now", "start", "end", "free"] { expressions[name]? += "::timestamptz" }
        expressions["client"] = "(SELECT currval('client_id_seq'))"
        expressions["session"] = "(SELECT currval('session_id_seq'))"
        return expressions
    }

    /// Returns the expression for each of these values.
    func expressions(_ others: Replay.Expressions) -> Replay.Expressions {
        var expressions: Replay.Expressions = [:]
        for (name, value) in values {
            precondition(expressions[value] == nil || others[name] == nil, "two binds have the value \(value)")
            expressions[value] = others[name] ?? expressions[value]
        }
        return expressions
    }

    /// Returns an instant in the server's format: `2027-01-04 15:30:00+00`.
    private static func text(_ instant: Int) -> String {
        let text = Date(timeIntervalSince1970: TimeInterval(instant)).formatted(.iso8601)
        return text.replacing("T", with: " ").replacing("Z", with: "+00")
    }
}
