import Booking
import BookingStore

/// A contact that was not stored, as JSON has it.
struct ContactNotStoredRecord: Encodable {
    let contact: String
    /// Why, to be read after the contact.
    let reason: String
}

extension SessionRecord {
    /// Adds what became of the contacts that were given.
    mutating func add(_ report: ContactReport) {
        if !report.stored.isEmpty { contactsStored = report.stored.map(\.text) }
        if !report.notStored.isEmpty {
            contactsNotStored = report.notStored.map {
                ContactNotStoredRecord(contact: $0.contact.text, reason: $0.reason)
            }
        }
    }
}

extension ContactReport {
    /// A line for each contact, for people.
    var lines: [String] {
        stored.map { "stored: \($0.display)" } + notStored.map { "not stored: \($0.contact.display) \($0.reason)" }
    }
}
