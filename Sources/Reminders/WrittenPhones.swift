import Booking
import Postgres

/// Phone numbers as people write them; each is looked up in its numbering plan once, and a batch names the same few.
final class WrittenPhones: Sendable {
    /// One number as people write it.
    struct Phone {
        let number: PhoneNumber
        let text: String
        /// The text to be kept on one line.
        let unbroken: String
    }

    private let phones = Guarded<[PhoneNumber: Phone]>([:])

    func phone(_ number: PhoneNumber) -> Phone {
        if let known = phones.withLock({ $0[number] }) { return known }
        let text = number.display
        let phone = Phone(
            number: number, text: text, unbroken: text.replacing(" ", with: String.noBreakSpace))
        phones.withLock { $0[number] = phone }
        return phone
    }
}
