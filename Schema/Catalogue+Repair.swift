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
            guard let statement = difference.remedy else { continue }
            do {
                try await patience.transaction { try await $0.execute(script: statement) }
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
    /// The statement that puts a missing constraint or index back; `nil` where there is none.
    fileprivate var remedy: String? {
        guard let expected, found == nil else { return nil }
        switch expected.kind {
        case .constraint:
            let parts = expected.name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return "ALTER TABLE \(parts[0]) ADD CONSTRAINT \(parts[1]) \(expected.definition)"
        case .index: return expected.definition
        case .column, .function, .trigger: return nil
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
