import Booking

/// The rules of a slot, read out of their description one by one and tried minute by minute: slow, and hard to get wrong.
struct SlotModel {
    private(set) var world: World
    private let clocks: [WallClock]
    /// By studio and trainer: whether the trainer has hours there, for each minute within reach.
    private let hours: [[[Bool]]]
    private let reach: Range<Int>

    /// The rules that no reason passes over.
    static let hardRules: Set<Refusal.Rule> = [.trainerRetired, .studioClosed, .away, .slotTaken, .studioFull]

    init(_ world: World) throws {
        // A session may begin before the window, or end behind it.
        let reach = world.window.lowerBound - 2 * 1440..<world.window.upperBound + 1440
        let clocks = try world.studios.map { try WallClock(zone: $0.zone, over: reach) }
        hours = world.studios.indices.map { studio in
            world.trainers.map { trainer in
                reach.map { SlotModel.works(trainer, at: studio, when: clocks[studio][$0]) }
            }
        }
        self.world = world
        self.clocks = clocks
        self.reach = reach
    }

    private static func works(_ trainer: World.Trainer, at studio: Int, when wall: WallClock.Reading) -> Bool {
        let season = trainer.seasons
            .filter { $0.studio == studio && $0.isInForce(on: wall.date) }
            .max { ($0.from ?? .min) < ($1.from ?? .min) }
        return season?.spans.contains { $0.weekday == wall.weekday && $0.minutes.contains(wall.minute) } ?? false
    }

    /// Every rule that speaks against a start.
    ///
    /// The booking `moving` does not stand in its own way.
    func violations(_ start: Int, with trainer: Int, at studio: Int, moving: Int? = nil) -> Set<Refusal.Rule> {
        let place = world.studios[studio]
        let session = start..<start + place.length
        let occupied = start..<start + place.length + place.turnaround
        let busy = busy(moving)
        var broken: Set<Refusal.Rule> = []
        if world.trainers[trainer].isRetired { broken.insert(.trainerRetired) }
        if clocks[studio][start].minute % place.every != 0 { broken.insert(.notOnGrid) }
        if start * 60 < world.now + place.notice * 60 { broken.insert(.tooSoon) }
        if start * 60 > world.now + place.horizon * 60 { broken.insert(.beyondHorizon) }
        if !session.allSatisfy({ hours[studio][trainer][$0 - reach.lowerBound] }) { broken.insert(.outsideHours) }
        if place.closures.contains(where: session.overlaps) { broken.insert(.studioClosed) }
        if world.trainers[trainer].away.contains(where: session.overlaps) { broken.insert(.away) }
        if busy.contains(where: { $0.trainer == trainer && $0.occupied.overlaps(occupied) }) {
            broken.insert(.slotTaken)
        }
        if freeStation(at: studio, occupied, among: busy) == nil { broken.insert(.studioFull) }
        if let limit = world.trainers[trainer].limit,
            sessionsThatDay(start, with: trainer, at: studio, among: busy) >= limit
        {
            broken.insert(.dailyLimit)
        }
        return broken
    }

    /// The start and the trainer of everything on offer in the window.
    func open(at studio: Int) -> Set<Offered> {
        let starts = world.window.filter { clocks[studio][$0].minute % world.studios[studio].every == 0 }
        return Set(
            starts.flatMap { start in
                world.trainers.indices
                    .filter { violations(start, with: $0, at: studio).isEmpty }
                    .map { Offered(start: start, trainer: world.trainers[$0].handle) }
            })
    }

    /// Who takes a start that names nobody: the fewest sessions that day, then the first handle.
    func choice(_ start: Int, at studio: Int, passingSoftRules: Bool) -> Int? {
        let busy = busy(nil)
        return world.staff(of: studio)
            .filter { trainer in
                let broken = violations(start, with: trainer, at: studio)
                return passingSoftRules ? broken.isDisjoint(with: Self.hardRules) : broken.isEmpty
            }
            .min { left, right in
                (sessionsThatDay(start, with: left, at: studio, among: busy), world.trainers[left].handle)
                    < (sessionsThatDay(start, with: right, at: studio, among: busy), world.trainers[right].handle)
            }
    }

    /// Writes a session down, at the first station that is free for all of it, and returns its place in the list.
    mutating func place(_ start: Int, with trainer: Int, at studio: Int, moving: Int? = nil) -> Int? {
        let place = world.studios[studio]
        let occupied = start..<start + place.length + place.turnaround
        guard let station = freeStation(at: studio, occupied, among: busy(moving)) else { return nil }
        let booking = World.Booking(
            studio: studio, trainer: trainer, start: start, length: place.length, turnaround: place.turnaround,
            station: station)
        guard let moving else {
            world.bookings.append(booking)
            return world.bookings.endIndex - 1
        }
        world.bookings[moving] = booking
        return moving
    }

    mutating func end(_ booking: Int, as status: World.Booking.Status) {
        world.bookings[booking].status = status
    }

    /// The bookings that take time, but for the one that moves.
    private func busy(_ moving: Int?) -> [World.Booking] {
        world.bookings.enumerated().filter { $0.offset != moving && $0.element.takesTime }.map(\.element)
    }

    private func freeStation(at studio: Int, _ occupied: Range<Int>, among busy: [World.Booking]) -> Int? {
        (1...world.studios[studio].stations).first { station in
            !busy.contains {
                $0.studio == studio && $0.station == station && $0.occupied.overlaps(occupied)
            }
        }
    }

    private func sessionsThatDay(_ start: Int, with trainer: Int, at studio: Int, among busy: [World.Booking]) -> Int {
        let date = clocks[studio][start].date
        return busy.count { $0.trainer == trainer && clocks[studio][$0.start].date == date }
    }
}

/// A slot, as both the model and the books tell it.
struct Offered: Hashable {
    let start: Int
    let trainer: String
}
