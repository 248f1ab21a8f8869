import Booking
import BookingStore
import FoundationEssentials

/// The n-th free slot of the world, and the new person who books it: our code and the limits draw from one row of them.
///
/// Neighbours are in different studios, so that callers do not meet unless they mean to.
struct FreeSlot: Sendable {
    let number: Int
    let studio: Int
    let trainer: Int
    /// Seconds since 1970.
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

    /// The same arithmetic for pgbench: sets `:studio`, `:trainer` and `:start` from `:number`.
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

    /// The first instant as a command line takes it.
    var startText: String { Date(timeIntervalSince1970: TimeInterval(start)).formatted(.iso8601) }

    /// A reference that no session of the world has.
    var freshReference: String {
        let digits = String((2_000_000_000 + number) * 2_654_435_761 % 4_294_967_296, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// The request, as the front desk takes it.
    func request(_ chain: Chain) throws -> BookingRequest {
        let email = try EmailAddress(email)
        let phone = try PhoneNumber(e164: phone)
        guard let studio = chain.studios[Int32(studio)], let person = chain.trainers[Int32(trainer)] else {
            throw BenchFailure("there is no trainer \(trainer)", because: "the world has fewer")
        }
        var request = BookingRequest(
            studio: studio, who: .email(email), start: Date(timeIntervalSince1970: TimeInterval(start)))
        request.trainer = person
        request.newcomer = ClientDetails(name: try PersonName(name), email: email, phone: phone)
        return request
    }
}
