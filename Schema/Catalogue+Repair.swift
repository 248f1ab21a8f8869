public import Postgres

extension Catalogue {
    /// What a repair did, and what it could not do.
    public struct Repair: Sendable {
        /// What was put right, in words.
        public internal(set) var repaired: [String] = []
        /// What still differs, in words; a constraint that the rows violate has the server's words with it.
        public internal(set) var left: [String] = []
    }

    /// Puts back what was dropped, disabled or changed by hand.
    ///
    /// Functions and triggers are made again from their files. Constraints and indexes are made where they are missing; one
    /// that reads otherwise is left alone, as are columns and triggers that are not listed, because only their author knows
    /// the reason.
    ///
    /// - Parameters:
    ///   - database: The database to change; its user must own the schema.
    ///   - report: Called when another session holds a lock, with what is known of it.
    /// - Returns: What was done.
    /// - Throws: ``PostgresError`` when the database cannot be asked.
    public static func repair(
        _ database: Database, report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Repair {
        let differences = try await compare(database)
        guard !differences.isEmpty else { return Repair() }
        let patience = LockPatience(database: database, report: report)
        var reasons: [Difference: String] = [:]
        for function in SchemaFunction.all where differences.contains(where: function.script.defines) {
            try await patience.transaction { try await $0.execute(script: function.script.sql) }
        }
        for difference in differences {
            do {
                try await difference.repair(patience)
            } catch let error as PostgresError where error.sqlState?.hasPrefix("23") == true {
                reasons[difference] = error.message
            }
        }
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
    /// Puts a constraint or index back that is missing, and an index whose construction was interrupted.
    fileprivate func repair(_ patience: LockPatience) async throws {
        guard let expected else { return }
        switch expected.kind {
        case .constraint where found == nil:
            let parts = expected.name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else { return }
            let statement = "ALTER TABLE \(parts[0]) ADD CONSTRAINT \(parts[1]) \(expected.definition)"
            try await patience.transaction { try await $0.execute(script: statement) }
        case .index where found == nil || found?.definition == expected.definition + Catalogue.invalid:
            try await ConcurrentIndex(name: expected.name, definition: expected.definition).build(patience)
        case .column, .constraint, .function, .index, .trigger: break
        }
    }
}

extension SchemaText {
    /// Whether the text makes the function or trigger that differs.
    fileprivate func defines(_ difference: Catalogue.Difference) -> Bool {
        guard let expected = difference.expected else { return false }
        switch expected.kind {
        case .function:
            let name = expected.name.prefix { $0 != "(" }
            return sql.contains("FUNCTION \(name)(")
        case .trigger:
            let name = expected.name.split(separator: ".").last ?? ""
            return sql.contains("TRIGGER \(name) ")
        case .column, .constraint, .index: return false
        }
    }
}
