/// A column that refers to the column `id` of a table.
public struct TableReference: Hashable, Sendable {
    /// The table with the column.
    public let table: String
    /// The column.
    public let column: String
    /// The table that it refers to.
    public let target: String
}

extension Catalogue {
    /// The foreign keys of this binary's schema, whether or not a database has them.
    public static let references = expected.filter { $0.kind == .constraint }.compactMap { entry in
        let parts = entry.definition.wholeMatch(of: /FOREIGN KEY \((\w+)\) REFERENCES (\w+)\(id\).*/)
        let table = entry.name.prefix { $0 != "." }
        return parts.map { TableReference(table: String(table), column: String($0.1), target: String($0.2)) }
    }
}
