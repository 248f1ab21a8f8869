import FoundationEssentials

/// A time when a studio is closed, as JSON has it.
struct ClosureRecord: Encodable {
    let studio: String
    let from: Date
    let until: Date
    let localFrom: String
    let localUntil: String
    let reason: String
    /// Only where the studio was closed just now: references of the sessions that are booked into it.
    var booked: [String]?
    /// Only where the studio was closed just now: the sessions to come among them.
    var affected: [SessionRecord]?

    init(of studio: String, _ period: Period, reason: String) {
        self.studio = studio
        from = period.from
        until = period.until
        localFrom = period.localFrom
        localUntil = period.localUntil
        self.reason = reason
    }
}
