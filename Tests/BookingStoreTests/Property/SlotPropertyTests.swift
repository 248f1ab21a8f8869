import Booking
import BookingStoreTesting
import SeededRandom
import Testing

@Suite("Listed slots are exactly the bookable ones")
struct SlotPropertyTests {
    private static let chains = 18
    /// The number of concurrent test cases; each runs its chains sequentially in one database.
    private static let lanes = 3
    private static let steps = 20

    @Test("the database agrees with a brute-force model", arguments: 0..<lanes)
    func agreement(lane: Int) async throws {
        try await withBookingFixture(connections: 1) { fixture in
            for seed in stride(from: lane, to: Self.chains, by: Self.lanes) {
                var random = SeededGenerator(seed: UInt64(seed))
                var fixture = try await ModelComparison(try RandomChain.random(seed: seed, using: &random), in: fixture)
                for _ in 0..<Self.steps { try await fixture.doAnything(using: &random) }
                try await fixture.expectAgreement()
                for studio in fixture.model.chain.studios.indices {
                    try await fixture.trySamples(at: studio, using: &random)
                }
                // Dry runs must not change the database.
                try await fixture.expectAgreement()
            }
        }
    }
}

extension ModelComparison {
    /// Compares the offered slots and the assigned stations.
    fileprivate func expectAgreement() async throws {
        let stations = try await stations()
        #expect(stations == model.chain.bookings.map(\.station), note("stations"))
        for studio in model.chain.studios.indices {
            let (listed, expected) = (try await open(at: studio), model.open(at: studio))
            #expect(listed.subtracting(expected) == [], note("listed at studio \(studio), but not on offer"))
            #expect(expected.subtracting(listed) == [], note("on offer at studio \(studio), but not listed"))
        }
    }

    /// Makes one random change.
    fileprivate mutating func doAnything(using random: inout some RandomNumberGenerator) async throws {
        let open = model.chain.bookings.indices.filter { model.chain.bookings[$0].status == .booked }
        let studio = model.chain.studios.indices.randomElement(using: &random) ?? 0
        switch (Int.random(in: 0..<10, using: &random), open.randomElement(using: &random)) {
        case (0, let booking?):
            try await end(booking, as: .cancelled)
        case (1, let booking?):
            try await end(booking, as: Bool.random(using: &random) ? .attended : .noShow)
        case (2...3, let booking?):
            let studio = model.chain.bookings[booking].studio
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
            let trainer = model.chain.trainers.firstIndex { $0.handle == slot.trainer }
            try await book(slot.start, with: trainer, at: studio, isDryRun: true)
            try await book(slot.start, with: nil, at: studio, isDryRun: true)
        }
        for _ in 0..<12 {
            try await book(anyMinute(using: &random), with: anybody(using: &random), at: studio, isDryRun: true)
        }
    }

    private func anybody(using random: inout some RandomNumberGenerator) -> Int? {
        Int.random(in: 0..<3, using: &random) == 0 ? nil : model.chain.trainers.indices.randomElement(using: &random)
    }

    /// Returns any minute, a quarter of an hour, or a minute close to a session.
    ///
    /// Quarters of an hour are on most grids. The mixture tests every rule.
    private func anyMinute(using random: inout some RandomNumberGenerator) -> Int {
        let minute = Int.random(in: model.chain.window, using: &random)
        switch (Int.random(in: 0..<4, using: &random), model.chain.bookings.randomElement(using: &random)) {
        case (0, _): return minute
        case (1, let booking?):
            let near = Int.random(in: booking.start - 90...booking.start + 90, using: &random) / 5 * 5
            return model.chain.window.contains(near) ? near : minute
        default: return minute / 15 * 15
        }
    }

    /// Returns an offered start, or any minute if none is offered.
    private func anyStart(at studio: Int, using random: inout some RandomNumberGenerator) -> Int {
        model.open(at: studio).map(\.start).sorted().randomElement(using: &random) ?? anyMinute(using: &random)
    }
}
