import Logging
import Postgres
import PostgresTesting

/// Runs a test on the shared database; it may write to temporary tables only.
func withSharedDatabase(
    configure: (inout Database.Configuration) -> Void = { _ in },
    _ body: (_ database: Database) async throws -> Void
) async throws {
    var configuration = Database.Configuration.patient(conninfo: try await TestServer.shared.conninfo)
    configure(&configuration)
    let database = Database(configuration, logger: .silent)
    do {
        try await body(database)
        await database.close()
    } catch {
        await database.close()
        throw error
    }
}
