import MessagingTesting
import Postgres
import PostgresTesting
import Testing

extension Studio {
    /// Runs a test with a studio, and with the same one as reached through PgBouncer in transaction mode.
    ///
    /// - Parameters:
    ///   - connections: The number of server connections that all clients share.
    ///   - settings: Further settings of PgBouncer.
    ///   - body: The test, given the studio as reached directly and through PgBouncer.
    /// - Throws: The error of the test.
    static func withPgBouncer(
        sharing connections: Int, settings: [String: String] = [:], _ body: (Studio, Studio) async throws -> Void
    ) async throws {
        let program = try #require(InstalledPrograms.pgBouncer)
        try await Studio.with { studio in
            let folder = String(try #require(studio.conninfo.firstMatch(of: /host=(\S+)/)?.output.1))
            let pooler = try await PgBouncer(program, toServerIn: folder, sharing: connections, settings: settings)
            var pooled = studio.reached(by: studio.conninfo.replacing(/host=\S+/, with: "host=\(pooler.folder)"))
            pooled.settings = ["INTRO_DATABASE_PREPARED_STATEMENTS": "false"]
            try await body(studio, pooled)
            withExtendedLifetime(pooler) {}
        }
    }

    /// The same studio with prepared statements, which is the default.
    var preparing: Studio {
        var studio = self
        studio.settings = [:]
        return studio
    }

    /// The session state on the server connections of a pooler: locks, settings, statements, channels, tables.
    func sessionState(ofServerConnections count: Int) async throws -> [String] {
        var configuration = Database.Configuration.patient(conninfo: conninfo)
        configuration.preparedStatements = false
        let database = Database(configuration, logger: .silent)
        let found = try await Self.sessionState(in: database, left: count)
        await database.close()
        #expect(Set(found.map(\.session)).count == count, "each server connection is checked")
        return found.filter { $0.state != "" }.map(\.state)
    }

    private struct Found: Sendable {
        let session: Int32
        let state: String
    }

    /// Each open transaction keeps a server connection, so that the next one gets another.
    private static func sessionState(in database: Database, left: Int) async throws -> [Found] {
        guard left > 0 else { return [] }
        return try await database.withConnection { connection in
            // Sent as a plain statement: a transaction of the client library would change settings.
            try await connection.query("BEGIN")
            let own = try await connection.query(sessionState).decode((Int32, String).self).map {
                Found(session: $0.0, state: $0.1)
            }
            let others = try await Self.sessionState(in: database, left: left - 1)
            try await connection.query("ROLLBACK")
            return own + others
        }
    }

    /// PgBouncer itself synchronises a few settings with those of its clients.
    private static let sessionState: SQL = """
        SELECT pg_backend_pid(), ''
        UNION ALL
        SELECT pg_backend_pid(), 'lock ' || objid FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'
        UNION ALL
        SELECT pg_backend_pid(), 'setting ' || name FROM pg_settings
        WHERE source = 'session'
          AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings',
                           'transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
        UNION ALL
        SELECT pg_backend_pid(), 'setting intro.actor' WHERE current_setting('intro.actor', true) <> ''
        UNION ALL
        SELECT pg_backend_pid(), 'statement ' || name FROM pg_prepared_statements
        UNION ALL
        SELECT pg_backend_pid(), 'channel ' || channel FROM pg_listening_channels() AS channel
        UNION ALL
        SELECT pg_backend_pid(), 'table ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
        """
}
