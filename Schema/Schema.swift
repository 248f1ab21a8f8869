public import Postgres

/// The database schema: its comparison with this binary, its creation and its upgrade.
public enum Schema {
    /// The version of the last step of this binary.
    public static var version: Int32 { Migration.all.last?.version ?? 0 }

    /// The number of the set of functions of this binary.
    public static var functionSet: Int32 { SchemaFunction.set }

    /// Returns the number of the set of functions of a database.
    ///
    /// - Parameter database: The database.
    /// - Returns: The number; `nil` without a schema, or for one from before the number was recorded.
    /// - Throws: ``PostgresError`` if the database cannot be queried.
    public static func functionSet(of database: Database) async throws -> Int32? {
        do {
            return try await database.query("SELECT function_set FROM schema_release").decode(Int32.self).first
        } catch let error as PostgresError where error.sqlState == "42P01" {
            return nil
        }
    }

    /// Compares a database with this binary, in one round trip.
    ///
    /// - Parameter database: The database.
    /// - Returns: The status.
    /// - Throws: ``PostgresError`` if the database cannot be queried.
    public static func status(of database: Database) async throws -> Status {
        try await database.withConnection { connection in
            do {
                return try await status(of: .success(try await connection.query(recordedStepsAndRelease)), connection)
            } catch let error as PostgresError {
                return try await status(of: .failure(error), connection)
            }
        }
    }

    /// Returns a check of the schema for the first statements of a connection.
    ///
    /// - Parameter rejection: Returns the error for a status that cannot be used.
    /// - Returns: The check.
    public static func check(_ rejection: @escaping @Sendable (Status) -> (any Error)?) -> ConnectionCheck {
        ConnectionCheck(recordedStepsAndRelease) { rows, connection in
            if let error = rejection(try await status(of: rows, connection)) { throw error }
        }
    }

    private static func status(of rows: Result<Rows, PostgresError>, _ connection: Connection) async throws -> Status {
        switch rows {
        case .success(let rows):
            let records = try rows.decode((String, Int32, String).self)
            return records.isEmpty ? .missing : RecordedSchema(records).evaluated(by: .own)
        case .failure(let error) where error.sqlState == "42P01":
            // No schema yet, or one from before releases were recorded.
            return try await recorded(on: connection)?.evaluated(by: .own) ?? .missing
        case .failure(let error):
            throw error
        }
    }

    /// Creates or upgrades the schema of this binary in a database.
    ///
    /// The call is safe to repeat and to run concurrently. A new database is set up in one transaction. An existing one is
    /// upgraded step by step. Each step has its own transaction, which waits at most two seconds for locks and is then
    /// repeated, so that desks can work in the meantime. If a step fails, the steps before it are kept.
    ///
    /// - Parameters:
    ///   - database: The database to change; its user must own the schema.
    ///   - report: Called with a description of another session that blocks the upgrade.
    /// - Returns: The status before the call. Only privileges are changed for ``Status/current``, and nothing for
    ///   ``Status/compatible``, ``Status/ahead`` and ``Status/altered``.
    /// - Throws: ``DatabaseRequirement`` when the database cannot hold the schema, or ``PostgresError`` when a step fails.
    @discardableResult
    public static func apply(
        to database: Database, report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Status {
        try await apply(.own, to: database, report: report)
    }

    /// Creates or upgrades the schema of a release in a database.
    @discardableResult
    static func apply(
        _ release: SchemaRelease, to database: Database, report: @escaping @Sendable (String) -> Void
    ) async throws -> Status {
        let found = try await database.transaction { connection in
            try await begin(on: connection)
            try await connection.execute(script: recordTables)
            let found = try await recorded(on: connection)?.evaluated(by: release) ?? .missing
            switch found {
            case .missing:
                for step in release.steps { try await apply(step, on: connection) }
                for function in release.functions { try await apply(function, on: connection) }
                try await record(release, on: connection)
                try await Privileges.grant(on: connection)
            case .current:
                // Roles may have been created since, or a dump restored that has no privileges.
                try await Privileges.grant(on: connection)
            case .behind, .compatible, .ahead, .altered:
                break
            }
            return found
        }
        if case .behind = found { try await upgrade(database, to: release, report) }
        return found
    }

    /// Applies the missing steps and changed functions, one by one.
    private static func upgrade(
        _ database: Database, to release: SchemaRelease, _ report: @escaping @Sendable (String) -> Void
    ) async throws {
        let lockRetry = LockRetry(database: database, report: report)
        // This comes first, because a binary that finds a newer step reads it to determine whether it is compatible. Older
        // schemas do not have the table.
        try await lockRetry.transaction { connection in
            if try await recorded(on: connection)?.release != nil { try await record(release, on: connection) }
        }
        for step in release.steps {
            if try await !isApplied(step, in: database) {
                for index in step.concurrentIndexes { try await index.build(lockRetry) }
            }
            try await lockRetry.transaction { connection in
                guard try await recorded(on: connection)?.steps[step.version] == nil else { return }
                try await apply(step, on: connection)
            }
        }
        for function in release.functions {
            try await lockRetry.transaction { connection in
                let known = try await recorded(on: connection)?.functions[function.name]
                guard known != function.script.checksum else { return }
                try await apply(function, on: connection)
            }
        }
        try await lockRetry.transaction { connection in
            try await record(release, on: connection)
            try await Privileges.grant(on: connection)
        }
    }

    private static func isApplied(_ step: Migration, in database: Database) async throws -> Bool {
        try await database.withConnection { try await recorded(on: $0)?.steps[step.version] != nil }
    }

    /// Waits for other setups, and sets the search path so that the names in scripts refer to this schema.
    static func begin(on connection: Connection) async throws {
        _ = try await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('intro schema', 0))")
        try await DatabaseRequirement.check(connection)
        _ = try await connection.query(ownSchemaSearchPath)
    }

    private static func apply(_ step: Migration, on connection: Connection) async throws {
        try await connection.execute(script: step.transactionScript)
        _ = try await connection.query(
            """
            INSERT INTO schema_migration (version, name, checksum)
            VALUES (\(step.version), \(step.name), \(step.script.checksum))
            """)
    }

    private static func apply(_ function: SchemaFunction, on connection: Connection) async throws {
        try await connection.execute(script: function.script.sql)
        _ = try await connection.query(
            """
            INSERT INTO schema_function (name, checksum)
            VALUES (\(function.name), \(function.script.checksum))
            ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()
            """)
    }

    private static func record(_ release: SchemaRelease, on connection: Connection) async throws {
        _ = try await connection.query(
            """
            INSERT INTO schema_release (function_set, oldest_binary)
            VALUES (\(release.functionSet), \(release.oldestBinary))
            ON CONFLICT (only_row) DO UPDATE
            SET function_set = excluded.function_set, oldest_binary = excluded.oldest_binary, applied_at = now()
            """)
    }

    /// Returns the records of a database about its schema; `nil` if it has none.
    private static func recorded(on connection: Connection) async throws -> RecordedSchema? {
        let tables = try await connection.query(
            """
            SELECT count(*) FILTER (WHERE relname = 'schema_migration'), count(*) FILTER (WHERE relname = 'schema_release')
            FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relname IN ('schema_migration', 'schema_release')
            """
        ).decode((Int64, Int64).self)[0]
        guard tables.0 == 1 else { return nil }
        let steps = try await connection.query(recordedSteps).decode((String, Int32, String).self)
        guard !steps.isEmpty else { return nil }
        var schema = RecordedSchema(steps)
        if tables.1 == 1 {
            schema.release = try await connection.query("SELECT function_set, oldest_binary FROM schema_release")
                .decode((Int32, Int32).self).first.map { .init(functionSet: $0.0, oldestBinary: $0.1) }
        }
        return schema
    }

    /// Selects the applied steps by version, then the functions under version 0.
    private static let recordedSteps: SQL = """
        SELECT name, version, checksum FROM schema_migration
        UNION ALL
        SELECT name, 0, checksum FROM schema_function
        """

    /// Selects the same and the release, under versions below zero.
    private static let recordedStepsAndRelease: SQL = """
        \(recordedSteps)
        UNION ALL
        SELECT 'function_set', -1, function_set::text FROM schema_release
        UNION ALL
        SELECT 'oldest_binary', -2, oldest_binary::text FROM schema_release
        """

    // Functions that run as the owner keep this path. Unless it names the temporary schema last, PostgreSQL looks there
    // first, and a login that may create temporary tables could replace the event log by one.
    private static let ownSchemaSearchPath: SQL =
        "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"

    static let recordTables = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            version    integer     CONSTRAINT schema_migration_pkey PRIMARY KEY,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE schema_migration IS 'The applied migrations.';
        COMMENT ON COLUMN schema_migration.version IS 'The number of the migration, from 1.';
        COMMENT ON COLUMN schema_migration.name IS 'The name of the migration, from its file.';
        COMMENT ON COLUMN schema_migration.checksum IS 'The checksum of the text that was applied.';
        COMMENT ON COLUMN schema_migration.applied_at IS 'When the migration was applied.';
        CREATE TABLE IF NOT EXISTS schema_function (
            name       text        CONSTRAINT schema_function_pkey PRIMARY KEY,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE schema_function IS 'The applied function files; a file is applied again when its text changes.';
        COMMENT ON COLUMN schema_function.name IS 'The name of the file.';
        COMMENT ON COLUMN schema_function.checksum IS 'The checksum of the text that was applied.';
        COMMENT ON COLUMN schema_function.applied_at IS 'When the file was last applied.';
        """
}
