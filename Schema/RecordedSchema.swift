public import Postgres

extension Schema {
    /// The state of a database's schema in comparison with this binary.
    public enum Status: Sendable, Equatable {
        /// The schema does not exist yet.
        case missing
        /// Steps are missing, or functions differ from this binary's.
        case behind(database: Int32, binary: Int32)
        /// The schema is the one that this binary expects.
        case current
        /// A newer binary has upgraded the schema, and this binary can still use it.
        case compatible(database: Int32, binary: Int32)
        /// A newer binary has upgraded the schema, and this binary is too old for it.
        case ahead(database: Int32, binary: Int32)
        /// An applied step differs from this binary's: the database was set up by a different build.
        case altered(step: String)
    }
}

/// The schema of a release of Intro.
struct SchemaRelease: Sendable {
    /// The steps in order.
    var steps: [Migration]
    /// The functions, callees before their callers.
    var functions: [SchemaFunction]
    /// The number of the set of functions, which never decreases.
    var functionSet: Int32
    /// The lowest schema version of a binary that works with this schema.
    var oldestBinary: Int32

    /// The version of the last step.
    var version: Int32 { steps.last?.version ?? 0 }

    /// The release of this binary.
    static let own = SchemaRelease(
        steps: Migration.all, functions: SchemaFunction.all, functionSet: SchemaFunction.set,
        oldestBinary: SchemaFunction.oldestBinary)
}

/// The records of a database about its schema.
struct RecordedSchema {
    /// The record of the newest `setup` about the binaries that can use the schema.
    struct Release: Equatable {
        /// The number of the set of functions, which never decreases.
        let functionSet: Int32
        /// The lowest schema version of a binary that works with this schema.
        let oldestBinary: Int32
    }

    private(set) var steps: [Int32: (name: String, checksum: String)] = [:]
    private(set) var functions: [String: String] = [:]
    /// `nil` for a schema from before releases were recorded.
    var release: Release?

    /// Reads rows of name, version and checksum; functions have the version 0, and numbers of the release versions below.
    init(_ rows: [(String, Int32, String)]) {
        var numbers: [String: Int32] = [:]
        for (name, version, checksum) in rows {
            switch version {
            case ..<0: numbers[name] = Int32(checksum)
            case 0: functions[name] = checksum
            default: steps[version] = (name, checksum)
            }
        }
        if let functionSet = numbers["function_set"], let oldestBinary = numbers["oldest_binary"] {
            release = Release(functionSet: functionSet, oldestBinary: oldestBinary)
        }
    }

    private var version: Int32 { steps.keys.max() ?? 0 }

    /// Returns the status for a binary.
    ///
    /// A schema is never downgraded: if a newer binary has run `setup`, an older one does not replace the functions, and
    /// works only if the newer binary has recorded that it can.
    func evaluated(by binary: SchemaRelease) -> Schema.Status {
        for step in binary.steps where step.version <= version {
            guard let applied = steps[step.version], applied.name == step.name, applied.checksum == step.script.checksum
            else {
                return .altered(step: step.name)
            }
        }
        let isNewer = release.map { $0.functionSet > binary.functionSet } ?? false
        if version > binary.version || isNewer {
            let isCompatible = isNewer && (release.map { $0.oldestBinary <= binary.version } ?? false)
            return isCompatible
                ? .compatible(database: version, binary: binary.version)
                : .ahead(database: version, binary: binary.version)
        }
        let isComplete =
            version == binary.version && release?.functionSet == binary.functionSet
            && binary.functions.allSatisfy { functions[$0.name] == $0.script.checksum }
        return isComplete ? .current : .behind(database: version, binary: binary.version)
    }
}

/// An unmet requirement for a database in which Intro's schema is to be created.
public enum DatabaseRequirement: Error, Sendable, Equatable {
    /// The database stores text in another encoding than UTF-8, in which names would be refused or damaged.
    case encoding(String)
    /// The search path contains no existing schema.
    case searchPath(String)
    /// The tables already exist in another schema than the first one of the search path.
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
    /// - Parameter database: The database.
    /// - Throws: ``DatabaseRequirement``, or `PostgresError`.
    public static func check(_ database: Database) async throws {
        try await database.withConnection { try await check($0) }
    }
}
