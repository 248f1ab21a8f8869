import BookingStore
import FoundationEssentials

/// A time when a trainer is away, as JSON has it.
struct AbsenceRecord: Encodable {
    /// The number by which it is removed.
    let number: Int64
    let from: Date
    let until: Date
    let localFrom: String
    let localUntil: String
    @Null var reason: String?
    /// Only where the absence was entered just now: references of the sessions that are booked into it.
    var booked: [String]?
    /// Only where the absence was entered or removed just now: the sessions to come that this affects.
    var affected: [SessionRecord]?

    init(_ absence: TimeOff, _ period: Period) {
        number = absence.number
        from = period.from
        until = period.until
        localFrom = period.localFrom
        localUntil = period.localUntil
        reason = absence.reason
    }
}
