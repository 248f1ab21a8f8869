import FoundationEssentials
public import Jobs
public import Postgres
public import PostgresTesting
import Schema

/// A test's own queue: a database with the schema, cloned from a template.
public struct JobFixture: Sendable {
    /// The database.
    public let database: Database
    /// The connection string for another process or pool.
    public let conninfo: String

    /// Enqueues a job in a separate transaction.
    @discardableResult
    public func enqueue(_ job: some Job, _ options: JobOptions = JobOptions()) async throws -> JobID? {
        try await database.withConnection { try await JobQueue($0).enqueue(job, options) }
    }

    /// Enqueues several jobs in a separate transaction.
    @discardableResult
    public func enqueue(_ jobs: [some Job], _ options: JobOptions = JobOptions()) async throws -> [JobID] {
        try await database.withConnection { try await JobQueue($0).enqueue(jobs, options) }
    }
}

/// Runs a test with its own queue.
///
/// - Parameters:
///   - connections: The maximum number of connections of the pool.
///   - body: The test.
/// - Returns: The result of the test.
/// - Throws: The error of the test, or of creating the queue.
public func withJobFixture<Result>(
    connections: Int = 8, _ body: (JobFixture) async throws -> Result
) async throws -> Result {
    let template = try await SchemaTemplate.shared.value
    return try await withDatabase(template: template, configure: { $0.maximumConnections = connections }) {
        try await body(JobFixture(database: $0, conninfo: $1))
    }
}

/// Runs a test with a queue on its own server, which the test may stop.
///
/// - Parameter body: The test.
/// - Returns: The result of the test.
/// - Throws: The error of the test, or of starting the server.
public func withOwnServer<Result>(_ body: (JobFixture, TestServer) async throws -> Result) async throws -> Result {
    let server = try await TestServer.start()
    let conninfo = server.conninfo(database: "postgres")
    let database = Database(Database.Configuration.patient(conninfo: conninfo), logger: .silent)
    try await Schema.apply(to: database)
    let result = try await body(JobFixture(database: database, conninfo: conninfo), server)
    await database.close()
    try await server.stop(.immediate)
    return result
}

/// The template database, created once per test process.
enum SchemaTemplate {
    static let shared = Task {
        let template = try await TestDatabase.make()
        let database = Database(Database.Configuration.patient(conninfo: template.conninfo), logger: .silent)
        try await Schema.apply(to: database)
        await database.close()
        return template.name
    }
}
