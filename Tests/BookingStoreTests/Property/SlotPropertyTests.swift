import Booking
import BookingStoreTesting
import SeededChance
import Testing

@Suite("Listed slots are exactly the bookable ones")
struct SlotPropertyTests {
    private static let worlds = 18
    /// The number of concurrent test cases; each runs its worlds sequentially in one database.
    private static let lanes = 3
    private static let steps = 20

    @Test("the database agrees with a brute-force model", arguments: 0..<lanes)
    func agreement(lane: Int) async throws {
        try await withBooks(connections: 1) { books in
            for seed in stride(from: lane, to: Self.worlds, by: Self.lanes) {
                var random = SeededGenerator(seed: UInt64(seed))
                var books = try await WorldBooks(try World.random(seed: seed, using: &random), in: books)
                for _ in 0..<Self.steps { try await books.doAnything(using: &random) }
                try await books.expectAgreement()
                for studio in books.model.world.studios.indices {
                    try await books.trySamples(at: studio, using: &random)
                }
                // Dry runs must not change the database.
                try await books.expectAgreement()
            }
        }
    }
}

extension WorldBooks {
    /// Compares the offered slots and the assigned stations.
    fileprivate func expectAgreement() async throws {
        let stations = try await stations()
        #expect(stations == model.world.bookings.map(\.station), note("stations"))
        for studio in model.world.studios.indices {
            let (listed, expected) = (try await open(at: studio), model.open(at: studio))
            #expect(listed.subtracting(expected) == [], note("listed at studio \(studio), but not on offer"))
            #expect(expected.subtracting(listed) == [], note("on offer at studio \(studio), but not listed"))
        }
    }

    /// Makes one random change.
    fileprivate mutating func doAnything(using random: inout some RandomNumberGenerator) async throws {
        let open = model.world.bookings.indices.filter { model.world.bookings[$0].status == .booked }
        let studio = model.world.studios.indices.randomElement(using: &random) ?? 0
        switch (Int.random(in: 0..<10, using: &random), open.randomElement(using: &random)) {
        case (0, let booking?):
            try await end(booking, as: .cancelled)
        case (1, let booking?):
            try await end(booking, as: Bool.random(using: &random) ? .attended : .noShow)
        case (2...3, let booking?):
            let studio = model.world.bookings[booking].studio
            try await move(
                booking, to: anyStart(at: studio, using: &random), with: anybody(using: &random),
                override: Bool.random(using: &random))
        case (4...5, _):
            try await book(
                anyMinute(using: &random), with: anybody(using: &random), at: studio, override: true)
        default:
            try await book(anyStart(at: studio, using: &random), with: anybody(using: &random), at: studio)
        }
    }

    /// Makes dry runs of listed and other slots, with and without a requested trainer.
    fileprivate mutating func trySamples(
        at studio: Int, using random: inout some RandomNumberGenerator
    ) async throws {
        let listed = model.open(at: studio).sorted { ($0.start, $0.trainer) < ($1.start, $1.trainer) }
        for slot in listed.shuffled(using: &random).prefix(6) {
            let trainer = model.world.trainers.firstIndex { $0.handle == slot.trainer }
            try await book(slot.start, with: trainer, at: studio, isDryRun: true)
            try await book(slot.start, with: nil, at: studio, isDryRun: true)
        }
        for _ in 0..<12 {
            try await book(anyMinute(using: &random), with: anybody(using: &random), at: studio, isDryRun: true)
        }
    }

    private func anybody(using random: inout some RandomNumberGenerator) -> Int? {
        Int.random(in: 0..<3, using: &random) == 0 ? nil : model.world.trainers.indices.randomElement(using: &random)
    }

    /// Returns any minute, a quarter of an hour, or a minute close to a session.
    ///
    /// Quarters of an hour are on most grids. The mixture tests every rule.
    private func anyMinute(using random: inout some RandomNumberGenerator) -> Int {
        let minute = Int.random(in: model.world.window, using: &random)
        switch (Int.random(in: 0..<4, using: &random), model.world.bookings.randomElement(using: &random)) {
        case (0, _): return minute
        case (1, let booking?):
            let near = Int.random(in: booking.start - 90...booking.start + 90, using: &random) / 5 * 5
            return model.world.window.contains(near) ? near : minute
        default: return minute / 15 * 15
        }
    }

    /// Returns an offered start, or any minute if none is offered.
    private func anyStart(at studio: Int, using random: inout some RandomNumberGenerator) -> Int {
        model.open(at: studio).map(\.start).sorted().randomElement(using: &random) ?? anyMinute(using: &random)
    }
}
