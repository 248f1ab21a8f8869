import Foundation
import Postgres
import PostgresTesting

/// A connection to the database outside the pool under test.
struct Observer {
    private let database: Database

    init(_ conninfo: String) {
        var configuration = Database.Configuration.patient(conninfo: conninfo)
        configuration.maximumConnections = 1
        configuration.applicationName = "observer"
        database = Database(configuration, logger: .silent)
    }

    func close() async {
        await database.close()
    }

    /// Returns the number of connections with an application name.
    func connections(of application: String) async throws -> Int64 {
        try await database.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = \(application)")
            .decode(Int64.self)[0]
    }

    /// Waits until a statement that contains the marker is running, and returns its server process.
    func running(_ marker: String) async throws -> Int32 {
        var process: Int32?
        try await until {
            process = try await database.query(
                """
                SELECT pid
                FROM pg_stat_activity
                WHERE state = 'active'
                    AND datname = current_database()
                    AND pid <> pg_backend_pid()
                    AND query LIKE '%' || \(marker) || '%'
                """
            ).decode(Int32.self).first
            return process != nil
        }
        return process ?? 0
    }

    /// Waits until a server process is blocked by another one's lock.
    func waitsForLock(_ process: Int32) async throws {
        try await until {
            try await database.query("SELECT cardinality(pg_blocking_pids(\(process))) > 0").decode(Bool.self)[0]
        }
    }

    /// Cancels the statement of a server process.
    func cancel(_ process: Int32) async throws {
        try await database.query("SELECT pg_cancel_backend(\(process))")
    }

    /// Terminates a server process, and waits until it has ended.
    func terminate(_ process: Int32) async throws {
        try await database.query("SELECT pg_terminate_backend(\(process))")
        try await gone(process)
    }

    /// Waits until a server process has ended.
    func gone(_ process: Int32) async throws {
        try await until {
            try await database.query("SELECT count(*) FROM pg_stat_activity WHERE pid = \(process)")
                .decode(Int64.self)[0] == 0
        }
    }

    func count(_ table: SQL) async throws -> Int64 {
        try await database.query("SELECT count(*) FROM \(table)").decode(Int64.self)[0]
    }
}

/// Runs a test with its own database and an observer.
func withObservedDatabase(
    configure: (inout Database.Configuration) -> Void = { _ in },
    _ body: (_ database: Database, _ observer: Observer) async throws -> Void
) async throws {
    try await withDatabase(configure: configure) { database, conninfo in
        let observer = Observer(conninfo)
        do {
            try await body(database, observer)
            await observer.close()
        } catch {
            await observer.close()
            throw error
        }
    }
}
