/// Some studios, their trainers, and what is in their books: plain values, in whole minutes since 1970.
///
/// Local dates are numbers such as 2027_03_14. Studios and trainers are known by their place in the list; in the books
/// their handles end in the world's seed, so that many worlds fit into one database.
struct World {
    struct Studio {
        var zone: String
        var stations = 1
        var length = 20
        var turnaround = 0
        var every = 30
        var notice = 0
        var horizon = 60 * 1440
        var closures: [Range<Int>] = []
    }

    struct Trainer {
        var handle: String
        var limit: Int?
        var isRetired = false
        var seasons: [Season] = []
        var away: [Range<Int>] = []
    }

    /// Weekly hours at one studio; both dates count, and `nil` is without an end on that side.
    struct Season {
        var studio: Int
        var from: Int?
        var until: Int?
        var spans: [Span] = []

        func isInForce(on date: Int) -> Bool {
            (from ?? .min) <= date && date <= (until ?? .max)
        }
    }

    /// A stretch of one weekday in wall-clock minutes; weekdays are Calendar's, where 1 is Sunday.
    struct Span {
        var weekday: Int
        var minutes: Range<Int>
    }

    struct Booking {
        enum Status { case booked, attended, noShow, cancelled }

        var studio: Int
        var trainer: Int
        var start: Int
        var length: Int
        var turnaround: Int
        var station: Int
        var status = Status.booked

        var occupied: Range<Int> { start..<start + length + turnaround }
        var takesTime: Bool { status == .booked || status == .attended }
    }

    /// Makes the same world again.
    let seed: Int
    var studios: [Studio]
    var trainers: [Trainer] = []
    var bookings: [Booking] = []
    /// Which starts are looked at.
    var window: Range<Int>
    /// Seconds since 1970: a clock is not always on the minute.
    var now: Int

    /// The trainers who have hours at a studio at any time and still work.
    func staff(of studio: Int) -> [Int] {
        trainers.indices.filter { index in
            !trainers[index].isRetired && trainers[index].seasons.contains { $0.studio == studio }
        }
    }
}
