import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Listing what is free.
struct Slots: Part {
    static let name = "slots"

    func run(in workshop: Workshop) async throws -> [Figure] {
        let world = try await workshop.world()
        let few = try await Self.listing(World.smallStudio, days: 14, world, in: workshop)
        let many = try await Self.listing(World.largeStudio, days: 30, world, in: workshop)
        return try await ReadComparison(name: "slots, 6 trainers x 14 days", bound: 5, read: few)
            .figures(world, in: workshop)
            + ReadComparison(name: "slots, 50 trainers x 30 days", bound: 40, read: many).figures(world, in: workshop)
    }

    /// Lists every slot of a studio in some days.
    static func listing(
        _ handle: String, days: Int, _ world: World, in workshop: Workshop
    ) async throws -> Reading {
        let studio = try await workshop.server.withPool(world.database, connections: 1) { pool in
            try await pool.withConnection { try await StudioRepository($0).named(Handle(handle)) }
        }
        let until = World.now + TimeInterval(days * 86_400)
        return { connection in
            let slots = try await SlotRepository(connection).open(
                at: studio, from: World.now, until: until, now: World.now, limit: 100_000)
            guard !slots.isEmpty else {
                throw BenchFailure("nothing is free at \(handle)", because: "the world is not as it should be")
            }
        }
    }
}
