import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Listing what is free.
struct Slots: Part {
    static let name = "slots"

    func run(in context: BenchContext) async throws -> [Figure] {
        let dataset = try await context.dataset()
        let few = try await Self.listing(Dataset.smallStudio, days: 14, dataset, in: context)
        let many = try await Self.listing(Dataset.largeStudio, days: 30, dataset, in: context)
        return try await ReadComparison(name: "slots, 6 trainers x 14 days", bound: 5, read: few)
            .figures(dataset, in: context)
            + ReadComparison(name: "slots, 50 trainers x 30 days", bound: 40, read: many).figures(dataset, in: context)
    }

    /// Lists every slot of a studio in some days.
    static func listing(
        _ handle: String, days: Int, _ dataset: Dataset, in context: BenchContext
    ) async throws -> Reading {
        let studio = try await context.server.withPool(dataset.database, connections: 1) { pool in
            try await pool.withConnection { try await StudioRepository($0).named(Handle(handle)) }
        }
        let until = Dataset.now + TimeInterval(days * 86_400)
        return { connection in
            let slots = try await SlotRepository(connection).open(
                at: studio, from: Dataset.now, until: until, now: Dataset.now, limit: 100_000)
            guard !slots.isEmpty else {
                throw BenchFailure("nothing is free at \(handle)", because: "the world is not as it should be")
            }
        }
    }
}
