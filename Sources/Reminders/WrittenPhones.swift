import Booking
import Synchronization

/// Phone numbers as people write them; each is looked up in its numbering plan once, and a batch names the same few.
final class WrittenPhones: Sendable {
    private let texts = Mutex<[PhoneNumber: String]>([:])

    func text(of phone: PhoneNumber) -> String {
        if let known = texts.withLock({ $0[phone] }) { return known }
        let text = phone.display
        texts.withLock { $0[phone] = text }
        return text
    }
}
