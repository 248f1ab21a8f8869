import Booking
import FoundationEssentials

/// A slot as JSON has it: trainer and studio by what people type.
struct SlotRecord: Encodable, Sendable, Equatable {
    let startsAt: Date
    let localStart: String
    let trainer: String
    let studio: String

    init(_ slot: Slot) {
        startsAt = slot.startsAt
        localStart = slot.localStart
        trainer = slot.trainer.handle
        studio = slot.studio.handle
    }
}
