public import Booking
public import BookingStore
import FoundationEssentials
public import Postgres
import PostgresTesting
import Schema

/// The database of a test, with the schema, cloned from a template.
public struct BookingFixture: Sendable {
    /// The database.
    public let database: Database
    /// The connection string, for another process or another pool.
    public let conninfo: String

    /// The administration of a test.
    public var administration: Administration { Administration(database: database, actor: "test") }

    /// The front desk of a test, with a no-show limit of two.
    public var desk: FrontDesk { FrontDesk(database: database, actor: "test", noShowLimit: 2) }
}

/// Runs a test with a database of its own.
///
/// - Parameters:
///   - connections: The maximum number of connections of the pool.
///   - body: The test.
/// - Returns: The result of the test.
/// - Throws: An error of the test, or of the creation of the database.
public func withBookingFixture<Result>(
    connections: Int = 8, _ body: (BookingFixture) async throws -> Result
) async throws -> Result {
    let template = try await SchemaTemplate.shared.value
    return try await withDatabase(template: template, configure: { $0.maximumConnections = connections }) {
        try await body(BookingFixture(database: $0, conninfo: $1))
    }
}

/// The template database, which is created once in each test process.
enum SchemaTemplate {
    static let shared = Task {
        let template = try await TestDatabase.make()
        let database = Database(Database.Configuration.patient(conninfo: template.conninfo), logger: .silent)
        try await Schema.apply(to: database)
        await database.close()
        return template.name
    }
}

extension BookingFixture {
    /// Adds a studio.
    ///
    /// - Parameters:
    ///   - handle: The handle.
    ///   - zone: The time zone.
    ///   - change: Changes of the default details.
    /// - Returns: The studio.
    /// - Throws: An error if the studio cannot be added.
    @discardableResult
    public func addStudio(
        _ handle: String = "downtown", zone: String = "America/Los_Angeles",
        _ change: (inout StudioDetails) throws -> Void = { _ in }
    ) async throws -> Studio {
        var details = StudioDetails(
            name: try PersonName("Studio \(handle)"), clock: try StudioClock(timeZone: zone), region: try Region("US"))
        try change(&details)
        return try await administration.add(details, as: try Handle(handle))
    }

    /// Adds a trainer with weekly hours that have no beginning.
    ///
    /// - Parameters:
    ///   - handle: The handle.
    ///   - studio: The home studio.
    ///   - hours: The weekly hours, in input format.
    ///   - dailyLimit: The maximum number of sessions a day.
    /// - Returns: The trainer.
    /// - Throws: An error if the trainer cannot be added.
    @discardableResult
    public func addTrainer(
        _ handle: String = "maria", at studio: String = "downtown", hours: String = "daily 09:00-17:00",
        dailyLimit: Int32? = nil
    ) async throws -> Trainer {
        var details = TrainerDetails(name: try PersonName(handle), homeStudio: try Handle(studio))
        details.dailyLimit = dailyLimit
        let trainer = try await administration.add(details, as: try Handle(handle))
        try await administration.set(
            try WeeklyHours(parsing: hours), of: trainer.handle, at: nil, from: nil, until: nil, now: .distantPast)
        return trainer
    }
}
