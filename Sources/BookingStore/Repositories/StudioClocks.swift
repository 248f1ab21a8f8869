import Booking
import Postgres

/// The clocks of the zones that rows name: a zone's rules are read once, not with each row.
enum StudioClocks {
    private static let known = Guarded<[String: StudioClock]>([:])

    static func clock(of zone: String) throws(InvalidInput) -> StudioClock {
        if let clock = known.withLock({ $0[zone] }) { return clock }
        let clock = try StudioClock(timeZone: zone)
        known.withLock { $0[zone] = clock }
        return clock
    }
}
