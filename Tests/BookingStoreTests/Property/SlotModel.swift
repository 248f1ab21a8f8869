import Booking

/// A brute-force model of the slot rules, which checks each rule minute by minute.
struct SlotModel {
    private(set) var chain: RandomChain
    private let clocks: [WallClock]
    /// Whether a trainer has hours at a studio, by studio, trainer and minute within reach.
    private let hours: [[[Bool]]]
    private let reach: Range<Int>

    /// The rules that an override does not waive for any trainer.
    static let hardRules: Set<Refusal.Rule> = [.trainerRetired, .studioClosed, .away, .slotTaken, .studioFull]

    init(_ chain: RandomChain) throws {
        // A session may begin before the window or end after it.
        let reach = chain.window.lowerBound - 2 * 1440..<chain.window.upperBound + 1440
        let clocks = try chain.studios.map { try WallClock(zone: $0.zone, over: reach) }
        hours = chain.studios.indices.map { studio in
            chain.trainers.map { trainer in
                reach.map { SlotModel.works(trainer, at: studio, when: clocks[studio][$0]) }
            }
        }
        self.chain = chain
        self.clocks = clocks
        self.reach = reach
    }

    private static func works(_ trainer: RandomChain.Trainer, at studio: Int, when wall: WallClock.Reading) -> Bool {
        let season = trainer.seasons
            .filter { $0.studio == studio && $0.isInForce(on: wall.date) }
            .max { ($0.from ?? .min) < ($1.from ?? .min) }
        return season?.spans.contains { $0.weekday == wall.weekday && $0.minutes.contains(wall.minute) } ?? false
    }

    /// Returns the rules that a start violates.
    ///
    /// The booking `moving` does not conflict with itself.
    func violations(_ start: Int, with trainer: Int, at studio: Int, moving: Int? = nil) -> Set<Refusal.Rule> {
        let place = chain.studios[studio]
        let session = start..<start + place.length
        let occupied = start..<start + place.length + place.turnaround
        let busy = busy(moving)
        var violated: Set<Refusal.Rule> = []
        if chain.trainers[trainer].isRetired { violated.insert(.trainerRetired) }
        if clocks[studio][start].minute % place.every != 0 { violated.insert(.notOnGrid) }
        if start * 60 < chain.now + place.notice * 60 { violated.insert(.tooSoon) }
        if start * 60 > chain.now + place.horizon * 60 { violated.insert(.beyondHorizon) }
        if !session.allSatisfy({ hours[studio][trainer][$0 - reach.lowerBound] }) { violated.insert(.outsideHours) }
        if place.closures.contains(where: session.overlaps) { violated.insert(.studioClosed) }
        if chain.trainers[trainer].away.contains(where: session.overlaps) { violated.insert(.away) }
        if busy.contains(where: { $0.trainer == trainer && $0.occupied.overlaps(occupied) }) {
            violated.insert(.slotTaken)
        }
        if freeStation(at: studio, occupied, among: busy) == nil { violated.insert(.studioFull) }
        if let limit = chain.trainers[trainer].limit,
            sessionsThatDay(start, with: trainer, at: studio, among: busy) >= limit
        {
            violated.insert(.dailyLimit)
        }
        return violated
    }

    /// Returns the offered slots in the window.
    func open(at studio: Int) -> Set<Offered> {
        let starts = chain.window.filter { clocks[studio][$0].minute % chain.studios[studio].every == 0 }
        return Set(
            starts.flatMap { start in
                chain.trainers.indices
                    .filter { violations(start, with: $0, at: studio).isEmpty }
                    .map { Offered(start: start, trainer: chain.trainers[$0].handle) }
            })
    }

    /// Returns the rules that a start violates and that an override does not waive.
    ///
    /// The working hours rule is included if the trainer is at another studio that day.
    func hardViolations(_ start: Int, with trainer: Int, at studio: Int, moving: Int? = nil) -> Set<Refusal.Rule> {
        let violated = violations(start, with: trainer, at: studio, moving: moving)
        let isElsewhere = violated.contains(.outsideHours) && isElsewhere(start, trainer, studio)
        return violated.intersection(isElsewhere ? Self.hardRules.union([.outsideHours]) : Self.hardRules)
    }

    private func isElsewhere(_ start: Int, _ trainer: Int, _ studio: Int) -> Bool {
        let others = chain.studios.indices.filter { $0 != studio }
        let session = start..<start + chain.studios[studio].length
        func works(at studio: Int, _ minute: Int) -> Bool { hours[studio][trainer][minute - reach.lowerBound] }
        if session.contains(where: { minute in others.contains { works(at: $0, minute) } }) { return true }
        let date = clocks[studio][start].date
        let day = (max(reach.lowerBound, start - 1500)..<min(reach.upperBound, start + 1500))
            .filter { clocks[studio][$0].date == date }
        if !day.contains(where: { works(at: studio, $0) }),
            day.contains(where: { minute in others.contains { works(at: $0, minute) } })
        {
            return true
        }
        // The home studio of every trainer is the first one.
        return studio != 0 && !chain.trainers[trainer].seasons.contains { $0.studio == studio }
    }

    /// Returns the trainer for a start without a requested trainer.
    ///
    /// The order is: trainers below their daily limit first, then the fewest sessions that day, then the first handle.
    func choice(_ start: Int, at studio: Int, override: Bool) -> Int? {
        let busy = busy(nil)
        func rank(_ trainer: Int) -> (Int, Int, String) {
            let isAtLimit = violations(start, with: trainer, at: studio).contains(.dailyLimit)
            return (
                isAtLimit ? 1 : 0, sessionsThatDay(start, with: trainer, at: studio, among: busy),
                chain.trainers[trainer].handle
            )
        }
        return chain.staff(of: studio)
            .filter { trainer in
                let violated = violations(start, with: trainer, at: studio)
                return override
                    ? violated.isDisjoint(with: Self.hardRules.union([.outsideHours])) : violated.isEmpty
            }
            .min { rank($0) < rank($1) }
    }

    /// Returns the rule that refuses a start without a requested trainer.
    func refusal(_ start: Int, at studio: Int, override: Bool) -> Refusal.Rule? {
        let violated = chain.staff(of: studio).map { violations(start, with: $0, at: studio) }
        guard let first = violated.first else { return .outsideHours }
        let ofStudio: [Refusal.Rule] = [.studioClosed] + (override ? [] : [.tooSoon, .beyondHorizon, .notOnGrid])
        if let rule = ofStudio.first(where: first.contains) { return rule }
        let atWork = violated.filter { $0.isDisjoint(with: [.outsideHours, .away]) }
        if atWork.isEmpty { return .outsideHours }
        if first.contains(.studioFull) { return .studioFull }
        let free = atWork.filter { !$0.contains(.slotTaken) }
        if free.isEmpty { return .slotTaken }
        return !override && free.allSatisfy { $0.contains(.dailyLimit) } ? .dailyLimit : nil
    }

    /// Adds or moves a session, at the first station that is free for all of it, and returns its index.
    mutating func place(_ start: Int, with trainer: Int, at studio: Int, moving: Int? = nil) -> Int? {
        let place = chain.studios[studio]
        let occupied = start..<start + place.length + place.turnaround
        guard let station = freeStation(at: studio, occupied, among: busy(moving)) else { return nil }
        let booking = RandomChain.Booking(
            studio: studio, trainer: trainer, start: start, length: place.length, turnaround: place.turnaround,
            station: station)
        guard let moving else {
            chain.bookings.append(booking)
            return chain.bookings.endIndex - 1
        }
        chain.bookings[moving] = booking
        return moving
    }

    mutating func end(_ booking: Int, as status: RandomChain.Booking.Status) {
        chain.bookings[booking].status = status
    }

    /// Returns the bookings that occupy their time, except the one that moves.
    private func busy(_ moving: Int?) -> [RandomChain.Booking] {
        chain.bookings.enumerated().filter { $0.offset != moving && $0.element.takesTime }.map(\.element)
    }

    private func freeStation(at studio: Int, _ occupied: Range<Int>, among busy: [RandomChain.Booking]) -> Int? {
        (1...chain.studios[studio].stations).first { station in
            !busy.contains {
                $0.studio == studio && $0.station == station && $0.occupied.overlaps(occupied)
            }
        }
    }

    private func sessionsThatDay(_ start: Int, with trainer: Int, at studio: Int, among busy: [RandomChain.Booking])
        -> Int
    {
        let date = clocks[studio][start].date
        return busy.count { $0.trainer == trainer && clocks[studio][$0.start].date == date }
    }
}

/// An offered slot, for the comparison of the model and the database.
struct Offered: Hashable {
    let start: Int
    let trainer: String
}
