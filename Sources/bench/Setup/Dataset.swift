import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// The chain of studios that `world.sql` makes: how large it is, and who works where.
final class Dataset {
    /// The database it is in.
    let database: String
    /// How many trainers there are; each has forty past sessions, and some to come.
    let trainers: Int
    private let ahead: Int
    private var nextFreeSlot = 0

    /// Describes a world.
    ///
    /// - Parameters:
    ///   - database: The database it is in.
    ///   - trainers: How many there are.
    ///   - ahead: How many sessions each has to come.
    init(_ database: String, trainers: Int, ahead: Int = 100) {
        self.database = database
        self.trainers = trainers
        self.ahead = ahead
    }

    /// The same world in a copy of its database.
    func copied(to database: String) -> Dataset {
        Dataset(database, trainers: trainers, ahead: ahead)
    }

    /// The Monday, 0:00 in San Francisco, on which the world begins: 40 weekdays lie ahead without a change of clocks.
    static let beginning = 1_799_049_600

    /// The clock of every measurement.
    static var now: Date { Date(timeIntervalSince1970: TimeInterval(beginning)) }

    /// That instant as `--now` and the server write it.
    static let nowText = "2027-01-04T08:00:00Z"

    /// By this instant, both mails ahead of each session in the first four weeks are due, and none of a later one: a
    /// hundred for each trainer.
    static let flood = "2027-01-29T08:00:00Z"

    /// With so few to come for each trainer, as many mails are due at the beginning: they speak of the first three days.
    static let fewAhead = 10

    /// How many sessions there are.
    var sessions: Int { trainers * (40 + ahead) }

    /// How many of them are to come.
    var upcoming: Int { trainers * ahead }

    /// The studio of fifty trainers.
    static let largeStudio = "studio-1"
    /// The studio of six trainers.
    static let smallStudio = "studio-2"

    /// How many studios have ten trainers: those that bookings go to.
    var fullStudios: Int { (trainers - 56) / 10 }

    /// Reserves openings that nobody has booked yet.
    func takeFreeSlots(_ count: Int) -> Range<Int> {
        defer { nextFreeSlot += count }
        return nextFreeSlot..<nextFreeSlot + count
    }

    /// Makes the world in a database of its own.
    static func make(
        _ database: String, trainers: Int, ahead: Int = 100, in context: BenchContext
    ) async throws -> Dataset {
        try await context.server.makeIntroDatabase(database)
        try await context.server.psql(
            database,
            [
                "-v", "trainers=\(trainers)", "-v", "ahead=\(ahead)", "-v", "now=2027-01-04 08:00:00+00",
                "-f", context.source("world.sql"),
            ])
        try await context.server.psql(database, ["-c", "CHECKPOINT"])
        return Dataset(database, trainers: trainers, ahead: ahead)
    }
}

/// The studios and trainers of the world, read once.
struct StudioDirectory: Sendable {
    private(set) var studios: [Int32: Studio] = [:]
    private(set) var trainers: [Int32: Trainer] = [:]

    init(_ dataset: Dataset, in context: BenchContext) async throws {
        self = try await context.server.withPool(dataset.database, connections: 1) { try await StudioDirectory($0) }
    }

    init(_ pool: Database) async throws {
        let (studios, trainers) = try await pool.withConnection { connection in
            (try await StudioRepository(connection).all(), try await TrainerRepository(connection).all())
        }
        for studio in studios { self.studios[studio.id.value] = studio }
        for trainer in trainers { self.trainers[trainer.id.value] = trainer }
    }
}
