import Booking

/// A studio as JSON has it; lengths of time in minutes.
struct StudioRecord: Encodable {
    let id: String
    let name: String
    let timeZone: String
    let stations: Int16
    let sessionMinutes: Int32
    let turnaround: Int32
    let slotEvery: Int32
    let noticeMinutes: Int32
    let horizonMinutes: Int32
    let region: String
    @Null var address: String?
    @Null var phone: String?
    @Null var email: String?
    /// Only where one studio is shown: closures that are not over yet.
    var closures: [ClosureRecord]?
    /// Only where the studio was changed just now: the sessions to come that this affects.
    var affected: [SessionRecord]?

    init(_ studio: Studio) {
        id = studio.handle.text
        name = studio.name
        timeZone = studio.clock.identifier
        stations = studio.offer.stations
        sessionMinutes = studio.offer.sessionMinutes
        turnaround = studio.offer.turnaroundMinutes
        slotEvery = studio.offer.slotEveryMinutes
        noticeMinutes = studio.offer.noticeMinutes
        horizonMinutes = studio.offer.horizonMinutes
        region = studio.region.code
        address = studio.address
        phone = studio.phone?.e164
        email = studio.email?.address
    }
}
