public import FoundationEssentials
package import Postgres

/// The stored rows that violate an invariant.
public struct InvariantResult: Sendable, Equatable {
    /// The number of violations.
    public let violations: Int
    /// The first violations, with references and row numbers and without personal data.
    public let examples: [String]
}

/// The parameters of the checks, apart from the stored data.
public struct InvariantContext: Sendable {
    /// A column that refers to the column `id` of a table.
    public struct Reference: Sendable {
        let table: String
        let column: String
        let target: String

        /// Creates a reference from names of the schema.
        public init(table: String, column: String, target: String) {
            self.table = table
            self.column = column
            self.target = target
        }
    }

    /// The current time.
    public let now: Date
    /// The references of the schema.
    public let references: [Reference]

    /// Creates a context.
    public init(now: Date, references: [Reference]) {
        self.now = now
        self.references = references
    }
}

/// A query for the rows that violate an invariant.
///
/// It reads the tables without relying on the constraints that enforce the invariant.
package struct InvariantQuery: Sendable {
    /// Selects one row for each violation, with a number `id` by which they are ordered.
    let violations: SQL
    /// The text expression that describes a violation `v`.
    let example: SQL
    /// The joins that the description needs; they are made for the first violations only.
    let joins: SQL

    /// Creates a query.
    package init(_ violations: SQL, example: SQL, joins: SQL = "") {
        self.violations = violations
        self.example = example
        self.joins = joins
    }

    /// The number of violations that are described.
    private static let exampleLimit: Int64 = 5

    /// Counts the violations, and describes the first ones.
    ///
    /// - Parameter connection: The connection, in the transaction whose snapshot is checked.
    /// - Returns: The violations.
    /// - Throws: ``PostgresError``.
    package func result(on connection: isolated Connection) async throws -> InvariantResult {
        let rows = try await connection.query(
            """
            WITH v AS MATERIALIZED (
                SELECT count(*) OVER () AS total, violation.*
                FROM (\(violations)) AS violation
                ORDER BY violation.id
                LIMIT \(Self.exampleLimit)
            )
            SELECT v.total, \(example)
            FROM v
            \(joins)
            ORDER BY v.id, 2
            """
        ).decode((Int64, String).self)
        return InvariantResult(violations: Int(rows.first?.0 ?? 0), examples: rows.map(\.1))
    }

    /// The statuses in which a session holds its slot.
    package static let holdingStatuses: SQL = "('booked', 'attended')"

    /// The reference of a session, as people write it; its number if the row does not exist.
    package static func reference(_ session: SQL, orNumber number: SQL) -> SQL {
        "coalesce(left(\(session).reference, 4) || '-' || right(\(session).reference, 4), 'session #' || \(number))"
    }
}
