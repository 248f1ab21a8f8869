public import Postgres

/// What a database lacks before Intro's schema can be created in it.
public enum DatabaseRequirement: Error, Sendable, Equatable {
    /// The database stores text in another encoding than UTF-8, in which names would be refused or damaged.
    case encoding(String)
    /// The search path names no schema that exists.
    case searchPath(String)
    /// The schema exists already, and the search path leads to another place.
    case otherSchema(found: String, current: String)

    /// Checks a database before anything is created in it.
    ///
    /// - Parameter connection: A connection to the database.
    /// - Throws: ``DatabaseRequirement``, or `PostgresError`.
    static func check(_ connection: Connection) async throws {
        let (encoding, path, current, found) = try await connection.query(
            """
            SELECT pg_encoding_to_char(d.encoding)::text,
                   current_setting('search_path'),
                   current_schema()::text,
                   (SELECT n.nspname::text
                    FROM pg_class AS c
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace
                    WHERE c.relname = 'schema_migration' AND c.relkind = 'r'
                    ORDER BY n.nspname = current_schema() DESC NULLS LAST, n.nspname
                    LIMIT 1)
            FROM pg_database AS d
            WHERE d.datname = current_database()
            """
        ).decode((String, String, String?, String?).self)[0]
        if encoding != "UTF8" { throw DatabaseRequirement.encoding(encoding) }
        guard let current else { throw DatabaseRequirement.searchPath(path) }
        if let found, found != current { throw DatabaseRequirement.otherSchema(found: found, current: current) }
    }

    /// Checks a database.
    ///
    /// - Parameter database: The database to look at.
    /// - Throws: ``DatabaseRequirement``, or `PostgresError`.
    public static func check(_ database: Database) async throws {
        try await database.withConnection { try await check($0) }
    }
}
