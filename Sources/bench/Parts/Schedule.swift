import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// Reading schedules.
struct Schedule: Part {
    static let name = "schedule"

    func run(in context: BenchContext) async throws -> [Figure] {
        let dataset = try await context.dataset()
        let day: Reading = { connection in
            let until = Dataset.now + 86_400
            let sessions = try await SessionRepository(connection).all(
                at: Studio.ID(3), from: Dataset.now, until: until)
            try Self.assertSome(sessions.count)
        }
        return try await ReadComparison(name: "schedule, a trainer's week", bound: 1, read: Self.week)
            .figures(dataset, in: context)
            + ReadComparison(name: "schedule, a studio's day", bound: 1, read: day).figures(dataset, in: context)
    }

    /// Reads one trainer's first week.
    static let week: Reading = { connection in
        let until = Dataset.now + 7 * 86_400
        let sessions = try await SessionRepository(connection).all(of: Trainer.ID(57), from: Dataset.now, until: until)
        try assertSome(sessions.count)
    }

    private static func assertSome(_ count: Int) throws {
        guard count > 0 else {
            throw BenchFailure("there are no sessions", because: "the world is not as it should be")
        }
    }
}
