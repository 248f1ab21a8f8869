import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// The chain of studios that `dataset.sql` generates, and its size.
final class Dataset {
    /// The name of the database.
    let database: String
    /// The number of trainers; each has forty past sessions, and `ahead` future ones.
    let trainers: Int
    private let ahead: Int
    private var nextFreeSlot = 0

    /// Creates a description of a data set.
    ///
    /// - Parameters:
    ///   - database: The name of the database.
    ///   - trainers: The number of trainers.
    ///   - ahead: The number of future sessions of each trainer.
    init(_ database: String, trainers: Int, ahead: Int = 100) {
        self.database = database
        self.trainers = trainers
        self.ahead = ahead
    }

    /// Returns the same data set in a copy of its database.
    func copied(to database: String) -> Dataset {
        Dataset(database, trainers: trainers, ahead: ahead)
    }

    /// The data set's first instant: Monday, 0:00 in San Francisco, followed by 40 weekdays without a clock change.
    static let beginning = 1_799_049_600

    /// The current time in every measurement.
    static var now: Date { Date(timeIntervalSince1970: TimeInterval(beginning)) }

    /// The same instant as `--now` and the server write it.
    static let nowText = "2027-01-04T08:00:00Z"

    /// The instant by which 100 mails per trainer are due: both reminders of each session in the first four weeks.
    static let flood = "2027-01-29T08:00:00Z"

    /// The number of future sessions per trainer for which the same mails are due at the beginning, about the first
    /// three days.
    static let fewAhead = 10

    /// The number of sessions.
    var sessions: Int { trainers * (40 + ahead) }

    /// The number of future sessions.
    var upcoming: Int { trainers * ahead }

    /// The identifier of the studio with fifty trainers.
    static let largeStudio = "studio-1"
    /// The identifier of the studio with six trainers.
    static let smallStudio = "studio-2"

    /// The number of studios with ten trainers, which bookings use.
    var fullStudios: Int { (trainers - 56) / 10 }

    /// Reserves free slots that have not been used yet.
    func takeFreeSlots(_ count: Int) -> Range<Int> {
        defer { nextFreeSlot += count }
        return nextFreeSlot..<nextFreeSlot + count
    }

    /// Generates the data set in a new database.
    static func make(
        _ database: String, trainers: Int, ahead: Int = 100, in context: BenchContext
    ) async throws -> Dataset {
        try await context.server.makeIntroDatabase(database)
        try await context.server.psql(
            database,
            [
                "-v", "trainers=\(trainers)", "-v", "ahead=\(ahead)", "-v", "now=2027-01-04 08:00:00+00",
                "-f", context.source("dataset.sql"),
            ])
        try await context.server.psql(database, ["-c", "CHECKPOINT"])
        return Dataset(database, trainers: trainers, ahead: ahead)
    }
}

/// The studios and trainers of the data set, read once.
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
