import Booking
import BookingStore

/// Weekly hours of a trainer at a studio, and the dates on which they count, as JSON has them.
struct HoursRecord: Encodable {
    let studio: String
    /// First local date; `null` is since ever.
    @Null var from: String?
    /// Last local date; `null` has no end.
    @Null var until: String?
    /// The hours as they are typed.
    let hours: String
    /// Only for the hours that were set just now: the sessions to come that lie outside working hours.
    var affected: [SessionRecord]?

    init(_ season: HoursSeason) {
        studio = season.studio
        from = season.from?.description
        until = season.until?.description
        hours = season.hours.description
    }
}
