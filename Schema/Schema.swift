public import Postgres

/// The database's shape: what this binary expects, what it finds, and how it gets from one to the other.
public enum Schema {
    /// The last step that this binary knows.
    public static var version: Int32 { Migration.all.last?.version ?? 0 }

    /// Compares a database with this binary, in one round trip.
    ///
    /// - Parameter database: The database to look at.
    /// - Returns: What was found.
    /// - Throws: ``PostgresError`` when the database cannot be asked.
    public static func status(of database: Database) async throws -> Status {
        try await database.withConnection { connection in
            do {
                let rows = try await connection.query(recordedStepsAndRelease).decode((String, Int32, String).self)
                return rows.isEmpty ? .missing : RecordedSchema(rows).evaluated(by: .own)
            } catch let error as PostgresError where error.sqlState == "42P01" {
                // No schema yet, or one from before releases were recorded.
                return try await recorded(on: connection)?.evaluated(by: .own) ?? .missing
            }
        }
    }

    /// Brings a database to what this binary expects.
    ///
    /// Harmless to repeat, and safe to run twice at once. A new database gets everything in one transaction. An existing
    /// one is upgraded step by step, each in a transaction of its own that waits for locks two seconds at most and is then
    /// tried again, so that desks go on working meanwhile; where it fails, the steps before it stay.
    ///
    /// - Parameters:
    ///   - database: The database to change; its user must own the schema.
    ///   - report: Called when another session is in the way, with what is known of it.
    /// - Returns: What was found before anything changed. Nothing but privileges is changed for ``Status/current``, and
    ///   nothing at all for ``Status/compatible``, ``Status/ahead`` and ``Status/altered``.
    /// - Throws: ``DatabaseRequirement`` when the database cannot hold the schema, or ``PostgresError`` when a step fails.
    @discardableResult
    public static func apply(
        to database: Database, report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Status {
        try await apply(.own, to: database, report: report)
    }

    /// Brings a database to what a release expects.
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

    /// Applies what is missing, one piece after the other.
    private static func upgrade(
        _ database: Database, to release: SchemaRelease, _ report: @escaping @Sendable (String) -> Void
    ) async throws {
        let lockRetry = LockRetry(database: database, report: report)
        // First of all: a binary that finds a newer step has to know whether it may go on. Older schemas have no such table.
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

    /// Waits for other setups, and makes the names in scripts mean the tables of this schema.
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

    /// What a database records of its schema; `nil` where there is none.
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

    /// What has been applied: steps by version, then functions under version 0.
    private static let recordedSteps: SQL = """
        SELECT name, version, checksum FROM schema_migration
        UNION ALL
        SELECT name, 0, checksum FROM schema_function
        """

    /// The same with the release, under versions below zero.
    private static let recordedStepsAndRelease: SQL = """
        \(recordedSteps)
        UNION ALL
        SELECT 'function_set', -1, function_set::text FROM schema_release
        UNION ALL
        SELECT 'oldest_binary', -2, oldest_binary::text FROM schema_release
        """

    // Functions that run as the owner keep this path. Unless it names the temporary schema last, PostgreSQL looks there
    // first, and whoever may make a temporary table could slip one in for the event log.
    private static let ownSchemaSearchPath: SQL =
        "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"

    static let recordTables = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            version    integer     CONSTRAINT schema_migration_pkey PRIMARY KEY,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE schema_migration IS 'The steps that made this schema.';
        COMMENT ON COLUMN schema_migration.version IS 'Counts from 1.';
        COMMENT ON COLUMN schema_migration.name IS 'What the step brought.';
        COMMENT ON COLUMN schema_migration.checksum IS 'Of the step''s text, as it was applied.';
        COMMENT ON COLUMN schema_migration.applied_at IS 'When.';
        CREATE TABLE IF NOT EXISTS schema_function (
            name       text        CONSTRAINT schema_function_pkey PRIMARY KEY,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE schema_function IS 'The SQL functions of this schema; one is re-applied when its text changes.';
        COMMENT ON COLUMN schema_function.name IS 'The function, as its file is named.';
        COMMENT ON COLUMN schema_function.checksum IS 'Of its text, as it was applied.';
        COMMENT ON COLUMN schema_function.applied_at IS 'When it last changed.';
        """
}
