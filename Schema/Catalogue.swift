public import Postgres

/// The tables, columns, constraints, indexes, triggers and functions that the migrations and function files make,
/// compared with those of a database.
///
/// `Catalogue.txt` lists them as PostgreSQL prints them; a test compares it with a database that has just been set up.
public enum Catalogue {
    /// The kinds of objects, in the order in which missing ones are created.
    enum Kind: String, CaseIterable {
        case table, column, function, trigger, rule, constraint, index
    }

    /// An object and its definition as PostgreSQL prints it.
    struct Entry: Hashable {
        let kind: Kind
        /// The name: preceded by the table for columns, constraints and triggers, followed by the arguments for functions.
        let name: String
        let definition: String
    }

    /// A difference between a database and the list.
    struct Difference: Hashable {
        /// `nil` for a trigger or rule that is not in the list.
        let expected: Entry?
        /// `nil` for an object that the database lacks.
        let found: Entry?

        /// The difference in words, such as `missing: constraint session.session_trainer_is_free`.
        var description: String {
            switch (expected, found) {
            case (let expected?, nil): "missing: \(expected.kind) \(expected.name)"
            case (nil, let found?): "not listed: \(found.kind) \(found.name)"
            case (_, let found?) where found.definition.hasSuffix(Catalogue.disabled):
                "disabled: \(found.kind) \(found.name)"
            case (_, let found?) where found.definition.hasSuffix(Catalogue.invalid):
                "invalid: \(found.kind) \(found.name)"
            case (_, let found?) where found.definition.hasSuffix(Catalogue.foreign):
                "another owner: \(found.kind) \(found.name)"
            case (_, let found?) where found.kind == .table: "\(found.definition): table \(found.name)"
            case (_, let found): "changed: \(found?.kind.rawValue ?? "object") \(found?.name ?? "")"
            }
        }
    }

    static let disabled = " DISABLED"
    /// Marks an index whose construction was interrupted.
    static let invalid = " INVALID"
    /// Marks a function that does not belong to the owner of the tables.
    static let foreign = " ANOTHER OWNER"

    /// The objects that the migrations and function files create.
    static let expected = entries(
        String(decoding: PackageResources.Catalogue_txt, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: "\t", maxSplits: 2).map(String.init)
        })

    /// Compares a database with the list.
    ///
    /// Indexes, constraints and columns that an operator has added are not reported; triggers and rules are, because they
    /// change what the application writes.
    ///
    /// - Parameter connection: A connection to the database.
    /// - Returns: The missing, changed, disabled and unlisted objects, in words; empty if none differs.
    /// - Throws: ``PostgresError``.
    public static func differences(on connection: Connection) async throws -> [String] {
        try await compare(on: connection).map(\.description)
    }

    /// Compares a database with the list.
    static func compare(on connection: Connection) async throws -> [Difference] {
        let found = try await inventory(on: connection)
        let foundByName = Dictionary(found.map { (Key($0), $0) }) { $1 }
        let names = Set(expected.map(Key.init))
        let differing = expected.filter { foundByName[Key($0)] != $0 }.map {
            Difference(expected: $0, found: foundByName[Key($0)])
        }
        let unlisted = found.filter { [.trigger, .rule].contains($0.kind) && !names.contains(Key($0)) }
        return differing + unlisted.map { Difference(expected: nil, found: $0) }
    }

    /// Every object of the schema, sorted.
    static func inventory(on connection: Connection) async throws -> [Entry] {
        entries(try await connection.query(query).decode((String, String, String).self).map { [$0.0, $0.1, $0.2] })
    }

    private static func entries(_ rows: [[String]]) -> [Entry] {
        rows.compactMap { row in
            guard row.count == 3, let kind = Kind(rawValue: row[0]) else { return nil }
            return Entry(kind: kind, name: row[1], definition: row[2])
        }
    }

    /// The identity of an object.
    private struct Key: Hashable {
        let kind: Kind
        let name: String

        init(_ entry: Entry) { (kind, name) = (entry.kind, entry.name) }
    }

    /// Definitions are printed without the name of the schema, and on one line.
    private static let query: SQL = """
        WITH own_table AS (
            SELECT oid, relname::text AS name, relowner, relpersistence, relrowsecurity
            FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        ), object (kind, name, definition) AS (
            SELECT 'table', name,
                   CASE
                       WHEN relpersistence = 'u' THEN 'unlogged'
                       WHEN relrowsecurity THEN 'row security enabled'
                       WHEN relowner <> (SELECT relowner FROM own_table WHERE name = 'schema_migration')
                           THEN 'another owner'
                       ELSE 'ordinary'
                   END
            FROM own_table
            UNION ALL
            SELECT 'rule', t.name || '.' || r.rulename, pg_get_ruledef(r.oid)
            FROM own_table AS t
            JOIN pg_rewrite AS r ON r.ev_class = t.oid
            UNION ALL
            SELECT 'column', t.name || '.' || a.attname,
                   concat_ws(
                       ' ', format_type(a.atttypid, a.atttypmod),
                       CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                       CASE WHEN a.attidentity <> '' THEN 'IDENTITY' END,
                       CASE WHEN a.attgenerated <> '' THEN 'GENERATED' END,
                       pg_get_expr(d.adbin, d.adrelid))
            FROM own_table AS t
            JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
            UNION ALL
            SELECT 'constraint', t.name || '.' || c.conname,
                   pg_get_constraintdef(c.oid)
                   -- DISABLE TRIGGER ALL turns foreign keys off without a trace in their definition. A replica trigger (R)
                   -- is off too, except while replication applies changes.
                   || CASE WHEN EXISTS (
                          SELECT FROM pg_trigger AS g
                          WHERE g.tgconstraint = c.oid AND g.tgenabled IN ('D', 'R'))
                      THEN ' DISABLED' ELSE '' END
            FROM own_table AS t
            JOIN pg_constraint AS c ON c.conrelid = t.oid AND c.contype IN ('c', 'f', 'p', 'u', 'x')
            UNION ALL
            SELECT 'index', i.indexrelid::regclass::text,
                   pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
            FROM own_table AS t
            JOIN pg_index AS i ON i.indrelid = t.oid
            WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')
            UNION ALL
            SELECT 'trigger', t.name || '.' || g.tgname,
                   pg_get_triggerdef(g.oid) || CASE WHEN g.tgenabled IN ('D', 'R') THEN ' DISABLED' ELSE '' END
            FROM own_table AS t
            JOIN pg_trigger AS g ON g.tgrelid = t.oid AND NOT g.tgisinternal
            UNION ALL
            SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
                   concat_ws(
                       ' ', CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END,
                       CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END,
                       CASE WHEN p.proisstrict THEN 'STRICT' END,
                       CASE p.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' END,
                       -- FROM CURRENT stores the name of the schema, which differs between databases.
                       (SELECT string_agg(
                            CASE setting
                                WHEN format('search_path=%I, pg_temp', current_schema()) THEN 'search_path=own'
                                ELSE setting
                            END, ' ' ORDER BY number)
                        FROM unnest(p.proconfig) WITH ORDINALITY AS own (setting, number)),
                       md5(p.prosrc),
                       CASE WHEN p.proowner <> (SELECT relowner FROM own_table WHERE name = 'schema_migration')
                           THEN 'ANOTHER OWNER' END)
            FROM pg_proc AS p
            JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname IN ('sql', 'plpgsql')
            WHERE p.pronamespace = current_schema()::regnamespace
              AND NOT EXISTS (
                  SELECT FROM pg_depend AS d
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        )
        SELECT kind, replace(name, quote_ident(current_schema()) || '.', ''),
               regexp_replace(replace(definition, quote_ident(current_schema()) || '.', ''), '\\s+', ' ', 'g')
        FROM object
        ORDER BY kind COLLATE "C", name COLLATE "C"
        """
}

extension Catalogue {
    /// The result of a repair.
    public struct Repair: Sendable {
        /// The repaired differences, in words.
        public internal(set) var repaired: [String] = []
        /// The remaining differences, in words; with the server's message for a constraint that rows violate.
        public internal(set) var left: [String] = []
    }

    /// Restores objects that were dropped, disabled or changed manually.
    ///
    /// Functions and triggers are created again from their files. Missing constraints and indexes are created; a changed
    /// one is not altered, and neither are tables, columns, rules, triggers that are not listed, nor functions of another
    /// owner, because the reason for the change is not known.
    ///
    /// - Parameters:
    ///   - database: The database to change; its user must own the schema.
    ///   - report: Called with a description of another session that holds a lock.
    /// - Returns: The result.
    /// - Throws: ``PostgresError`` if the database cannot be queried.
    public static func repair(
        _ database: Database, report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Repair {
        let differences = try await compare(database)
        guard !differences.isEmpty else { return Repair() }
        let lockRetry = LockRetry(database: database, report: report)
        var reasons: [Difference: String] = [:]
        for function in SchemaFunction.all where differences.contains(where: function.script.defines) {
            try await lockRetry.transaction { try await $0.execute(script: function.script.sql) }
        }
        for difference in differences {
            do {
                try await difference.repair(lockRetry)
            } catch let error as PostgresError where error.sqlState?.hasPrefix("23") == true {
                reasons[difference] = error.message
            }
        }
        // A function that was created again has the default privileges.
        try await lockRetry.transaction { try await Privileges.grant(on: $0) }
        let left = try await compare(database)
        return Repair(
            repaired: differences.filter { !left.contains($0) }.map(\.description),
            left: left.map { difference in
                difference.description + (reasons[difference].map { " (\($0))" } ?? "")
            })
    }

    private static func compare(_ database: Database) async throws -> [Difference] {
        try await database.transaction { connection in
            try await Schema.begin(on: connection)
            return try await compare(on: connection)
        }
    }
}

extension Catalogue.Difference {
    /// Creates a missing constraint or index, and an index whose construction was interrupted.
    fileprivate func repair(_ lockRetry: LockRetry) async throws {
        guard let expected else { return }
        switch expected.kind {
        case .constraint where found == nil:
            let parts = expected.name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else { return }
            let statement = "ALTER TABLE \(parts[0]) ADD CONSTRAINT \(parts[1]) \(expected.definition)"
            try await lockRetry.transaction { try await $0.execute(script: statement) }
        case .index where found == nil || found?.definition == expected.definition + Catalogue.invalid:
            try await ConcurrentIndex(name: expected.name, definition: expected.definition).build(lockRetry)
        case .table, .column, .constraint, .function, .index, .trigger, .rule: break
        }
    }
}

extension SchemaText {
    /// Returns whether the text creates the function or trigger that differs.
    fileprivate func defines(_ difference: Catalogue.Difference) -> Bool {
        guard let expected = difference.expected, difference.found?.definition.hasSuffix(Catalogue.foreign) != true
        else { return false }
        switch expected.kind {
        case .function:
            let name = expected.name.prefix { $0 != "(" }
            return sql.contains("FUNCTION \(name)(")
        case .trigger:
            let name = expected.name.split(separator: ".").last ?? ""
            return sql.contains("TRIGGER \(name) ")
        case .table, .column, .rule, .constraint, .index: return false
        }
    }
}
