import Booking
import BookingStore
import FoundationEssentials

/// What a text came to, as JSON has it.
struct HeardRecord: Encodable {
    let id: Int64
    let action: String
    @Null var reference: String?
    /// What we answer; `null` is nothing.
    @Null var answer: String?
    /// sent, failed or unknown; `null` where nothing is answered.
    @Null var answered: String?
    /// Whether it had been heard before.
    let repeated: Bool

    init(_ heard: InboundDesk.Heard) {
        id = heard.id
        action = heard.action.rawValue
        reference = heard.session?.description
        answer = heard.answer
        answered = heard.answered?.rawValue
        repeated = !heard.isNew
    }
}

/// A client's text as JSON has it.
struct InboundRecord: Encodable {
    let id: Int64
    let receivedAt: Date
    let from: String
    @Null var name: String?
    let body: String
    let action: String
    @Null var reference: String?
    @Null var answer: String?
    let answered: String
    @Null var doneAt: Date?
    @Null var doneBy: String?

    init(_ text: InboundEntry) {
        id = text.id
        receivedAt = text.receivedAt
        from = text.sender
        name = text.name
        body = text.body
        action = text.action
        reference = text.reference?.description
        answer = text.answer
        answered = text.answered
        doneAt = text.doneAt
        doneBy = text.doneBy
    }
}
