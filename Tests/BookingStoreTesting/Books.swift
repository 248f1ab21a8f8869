public import Booking
public import BookingStore
import FoundationEssentials
public import Postgres
import PostgresTesting
import Schema

/// A test's own books: a database with the schema, cloned from one template.
public struct Books: Sendable {
    /// The database.
    public let database: Database
    /// How another process, or another pool, reaches it.
    public let conninfo: String

    /// The office of a test.
    public var office: Administration { Administration(database: database, actor: "test") }

    /// The front desk of a test; two no-shows are too many.
    public var desk: FrontDesk { FrontDesk(database: database, actor: "test", noShowLimit: 2) }
}

/// Runs a test on books of its own.
///
/// - Parameters:
///   - connections: How many connections its pool may have.
///   - body: The test.
/// - Returns: What the test returns.
/// - Throws: What the test throws, or why there are no books.
public func withBooks<Result>(
    connections: Int = 8, _ body: (Books) async throws -> Result
) async throws -> Result {
    let template = try await SchemaTemplate.shared.value
    return try await withDatabase(template: template, configure: { $0.maximumConnections = connections }) {
        try await body(Books(database: $0, conninfo: $1))
    }
}

/// The template, made once in each test process.
enum SchemaTemplate {
    static let shared = Task {
        let template = try await TestDatabase.make()
        let database = Database(Database.Configuration(conninfo: template.conninfo), logger: .silent)
        try await Schema.apply(to: database)
        await database.close()
        return template.name
    }
}

extension Books {
    /// Opens a studio.
    ///
    /// - Parameters:
    ///   - handle: Its id.
    ///   - zone: Its time zone.
    ///   - change: What is unusual about it.
    /// - Returns: The studio.
    /// - Throws: Why it cannot be opened.
    @discardableResult
    public func openStudio(
        _ handle: String = "downtown", zone: String = "America/Los_Angeles",
        _ change: (inout StudioDetails) throws -> Void = { _ in }
    ) async throws -> Studio {
        var details = StudioDetails(
            name: try PersonName("Studio \(handle)"), clock: try StudioClock(timeZone: zone), region: try Region("US"))
        try change(&details)
        return try await office.add(details, as: try Handle(handle))
    }

    /// Engages a trainer with weekly hours since ever.
    ///
    /// - Parameters:
    ///   - handle: The handle.
    ///   - studio: The home studio.
    ///   - hours: As `intro trainer hours --set` reads them.
    ///   - dailyLimit: Most sessions a day.
    /// - Returns: The trainer.
    /// - Throws: Why they cannot be engaged.
    @discardableResult
    public func engage(
        _ handle: String = "maria", at studio: String = "downtown", hours: String = "daily 09:00-17:00",
        dailyLimit: Int32? = nil
    ) async throws -> Trainer {
        var details = TrainerDetails(name: try PersonName(handle), homeStudio: try Handle(studio))
        details.dailyLimit = dailyLimit
        let trainer = try await office.add(details, as: try Handle(handle))
        try await office.set(
            try WeeklyHours(parsing: hours), of: trainer.handle, at: nil, from: nil, until: nil, now: .distantPast)
        return trainer
    }
}
