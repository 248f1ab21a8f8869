/// Studios, trainers and bookings as plain values, with times in minutes since 1970.
///
/// Local dates are numbers such as 2027_03_14. Studios and trainers are identified by their index. In the database,
/// their handles end in the seed of the chain, so that one database can have many chains.
struct RandomChain {
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

    /// Weekly hours at one studio.
    ///
    /// Both dates are inclusive; `nil` means no beginning or no end.
    struct Season {
        var studio: Int
        var from: Int?
        var until: Int?
        var spans: [Span] = []

        func isInForce(on date: Int) -> Bool {
            (from ?? .min) <= date && date <= (until ?? .max)
        }
    }

    /// A period of one weekday, in minutes after midnight.
    ///
    /// Weekdays are numbered as in `Calendar`: 1 is Sunday.
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

    /// The seed from which the chain was generated.
    let seed: Int
    var studios: [Studio]
    var trainers: [Trainer] = []
    var bookings: [Booking] = []
    /// The window of tested starts.
    var window: Range<Int>
    /// The current time in seconds since 1970, which may be within a minute.
    var now: Int

    /// Returns the active trainers who have hours at a studio at any time.
    func staff(of studio: Int) -> [Int] {
        trainers.indices.filter { index in
            !trainers[index].isRetired && trainers[index].seasons.contains { $0.studio == studio }
        }
    }
}
