import Booking
import BookingStore
import Postgres

/// The studios and trainers of the world, read once.
struct Chain: Sendable {
    private(set) var studios: [Int32: Studio] = [:]
    private(set) var trainers: [Int32: Trainer] = [:]

    init(_ dataset: Dataset, in context: BenchContext) async throws {
        self = try await context.server.withPool(dataset.database, connections: 1) { try await Chain($0) }
    }

    init(_ pool: Database) async throws {
        let (studios, trainers) = try await pool.withConnection { connection in
            (try await StudioRepository(connection).all(), try await TrainerRepository(connection).all())
        }
        for studio in studios { self.studios[studio.id.value] = studio }
        for trainer in trainers { self.trainers[trainer.id.value] = trainer }
    }
}
