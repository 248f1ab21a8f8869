import Postgres

/// The content of a database: the number of rows and a checksum for each table, and the last value of each sequence.
public struct DatabaseContent: Codable, Equatable, Sendable {
    /// The content of a table.
    struct Table: Codable, Equatable, Sendable {
        let rows: Int64
        /// The sum of the hashes of all rows, which does not depend on their order.
        let checksum: String
    }

    let tables: [String: Table]
    /// The last value of each sequence; 0 for one that has not been used.
    let sequences: [String: Int64]

    /// The number of rows of all tables.
    public var rows: Int64 { tables.values.reduce(0) { $0 + $1.rows } }

    /// Reads the content in the snapshot of a transaction.
    init(on connection: Connection) async throws {
        try await connection.execute(script: Self.format)
        sequences = Dictionary(
            uniqueKeysWithValues: try await connection.query(
                """
                SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, 0) FROM pg_sequences
                """
            ).decode((String, Int64).self))
        let names = try await connection.query(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r'
              AND c.relpersistence <> 't'
              AND n.nspname <> 'information_schema'
              AND n.nspname NOT LIKE 'pg\\_%'
            ORDER BY 1
            """
        ).decode(String.self)
        var tables: [String: Table] = [:]
        for name in names { tables[name] = try await Table(of: name, on: connection) }
        self.tables = tables
    }

    /// The settings on which the texts of rows depend.
    private static let format = """
        SET LOCAL timezone = 'UTC';
        SET LOCAL datestyle = 'ISO, YMD';
        SET LOCAL intervalstyle = 'postgres';
        SET LOCAL extra_float_digits = 1;
        SET LOCAL bytea_output = 'hex';
        """

    /// Returns the first difference of a restored database; `nil` if there is none.
    ///
    /// A sequence does not belong to the snapshot: it may have advanced before it was dumped.
    func difference(of restored: DatabaseContent) -> String? {
        let names = Set(tables.keys).union(restored.tables.keys).sorted()
        if let name = names.first(where: { tables[$0] != restored.tables[$0] }) {
            return "the table \(name) had \(Self.words(tables[name])) and has \(Self.words(restored.tables[name]))"
        }
        let sequence = sequences.sorted { $0.key < $1.key }.first { restored.sequences[$0.key] ?? -1 < $0.value }
        return sequence.map { "the sequence \($0.key) is before \($0.value)" }
    }

    private static func words(_ table: Table?) -> String {
        table.map { "\($0.rows) rows with the checksum \($0.checksum)" } ?? "no such table"
    }
}

extension DatabaseContent.Table {
    /// Reads the content of a table.
    fileprivate init(of name: String, on connection: Connection) async throws {
        // A column that is named like the alias would take its place.
        (rows, checksum) = try await connection.query(
            """
            SELECT count(*),
                   coalesce(sum(('x' || left(md5(the_whole_row::text), 16))::bit(64)::bigint::numeric), 0)::text
            FROM ONLY \(unsafeSQL: name) AS the_whole_row
            """
        ).decode((Int64, String).self)[0]
    }
}
