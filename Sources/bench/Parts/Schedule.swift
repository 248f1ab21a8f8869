import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Reading schedules.
struct Schedule: Part {
    static let name = "schedule"

    func run(in workshop: Workshop) async throws -> [Figure] {
        let world = try await workshop.world()
        let day: Reading = { connection in
            let until = World.now + 86_400
            let sessions = try await SessionRepository(connection).all(at: Studio.ID(3), from: World.now, until: until)
            try Self.assertSome(sessions.count)
        }
        return try await ReadComparison(name: "schedule, a trainer's week", bound: 1, read: Self.week)
            .figures(world, in: workshop)
            + ReadComparison(name: "schedule, a studio's day", bound: 1, read: day).figures(world, in: workshop)
    }

    /// Reads one trainer's first week.
    static let week: Reading = { connection in
        let until = World.now + 7 * 86_400
        let sessions = try await SessionRepository(connection).all(of: Trainer.ID(57), from: World.now, until: until)
        try assertSome(sessions.count)
    }

    private static func assertSome(_ count: Int) throws {
        guard count > 0 else {
            throw BenchFailure("there are no sessions", because: "the world is not as it should be")
        }
    }
}
