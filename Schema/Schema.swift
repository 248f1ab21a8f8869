public import Postgres

/// The database's shape: what this binary expects, what it finds, and how it gets from one to the other.
public enum Schema {
    /// What a database holds, compared with what this binary expects.
    public enum Status: Sendable, Equatable {
        /// There is no schema yet.
        case missing
        /// Steps are missing, or functions differ from this binary's.
        case behind(database: Int32, binary: Int32)
        /// Exactly what this binary expects.
        case current
        /// A newer binary has been here.
        case ahead(database: Int32, binary: Int32)
        /// An applied step reads otherwise than this binary's: the two do not belong together.
        case altered(step: String)
    }

    /// The last step that this binary knows.
    public static var version: Int32 { Migration.all.last?.version ?? 0 }

    /// Compares a database with this binary, in one round trip.
    ///
    /// - Parameter database: The database to look at.
    /// - Returns: What was found.
    /// - Throws: ``PostgresError`` when the database cannot be asked.
    public static func status(of database: Database) async throws -> Status {
        do {
            return judge(try await database.query(recordedSteps))
        } catch let error as PostgresError where error.sqlState == "42P01" {
            return .missing
        }
    }

    /// Brings a database to what this binary expects.
    ///
    /// Harmless to repeat, and safe to run twice at once.
    ///
    /// - Parameter database: The database to change; its user must own the schema.
    /// - Returns: What was found before anything changed. Nothing is changed for ``Status/current``, ``Status/ahead`` and
    ///   ``Status/altered``.
    /// - Throws: ``DatabaseRequirement`` when the database cannot hold the schema, or ``PostgresError`` when a step fails;
    ///   then nothing has changed.
    @discardableResult
    public static func apply(to database: Database) async throws -> Status {
        try await database.transaction { connection in
            _ = try await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('intro schema', 0))")
            try await DatabaseRequirement.check(connection)
            _ = try await connection.query(ownTablesFirst)
            try await connection.execute(script: ledger)
            let rows = try await connection.query(recordedSteps)
            let found = rows.count == 0 ? Status.missing : judge(rows)
            switch found {
            case .ahead, .altered: return found
            case .current:
                // Roles may have been created since, or a dump restored that has no privileges.
                try await Privileges.grant(on: connection)
                return found
            case .missing, .behind: break
            }
            let applied = Set(try rows.decode((String, Int32, String).self).map { $0.0 })
            for step in Migration.all where !applied.contains(step.name) {
                try await connection.execute(script: step.script.sql)
                _ = try await connection.query(
                    """
                    INSERT INTO schema_migration (version, name, checksum)
                    VALUES (\(step.version), \(step.name), \(step.script.checksum))
                    """)
            }
            for function in SchemaFunction.all {
                try await connection.execute(script: function.script.sql)
                _ = try await connection.query(
                    """
                    INSERT INTO schema_function (name, checksum)
                    VALUES (\(function.name), \(function.script.checksum))
                    ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()
                    """)
            }
            try await Privileges.grant(on: connection)
            return found
        }
    }

    /// What has been applied: steps by version, then functions under version 0.
    private static let recordedSteps: SQL = """
        SELECT name, version, checksum FROM schema_migration
        UNION ALL
        SELECT name, 0, checksum FROM schema_function
        """

    // Functions that run as the owner keep this path. Unless it names the temporary schema last, PostgreSQL looks there
    // first, and whoever may make a temporary table could slip one in for the event log.
    private static let ownTablesFirst: SQL =
        "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"

    private static let ledger = """
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

    private static func judge(_ rows: Rows) -> Status {
        guard let recorded = try? rows.decode((String, Int32, String).self) else {
            return .altered(step: "schema_migration")
        }
        var found: [String: String] = [:]
        for (name, version, checksum) in recorded { found["\(version) \(name)"] = checksum }
        let database = recorded.map { $0.1 }.max() ?? 0
        guard database <= version else { return .ahead(database: database, binary: version) }
        var complete = true
        for step in Migration.all {
            switch found["\(step.version) \(step.name)"] {
            case nil where step.version <= database: return .altered(step: step.name)
            case nil: complete = false
            case .some(let checksum) where checksum != step.script.checksum: return .altered(step: step.name)
            case .some: break
            }
        }
        complete = complete && SchemaFunction.all.allSatisfy { found["0 \($0.name)"] == $0.script.checksum }
        return complete ? .current : .behind(database: database, binary: version)
    }
}
