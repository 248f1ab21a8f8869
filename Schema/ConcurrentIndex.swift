import Postgres

/// An index that is built while other sessions go on writing to its table.
///
/// PostgreSQL builds such an index outside a transaction. A build that fails leaves an invalid index behind, which is
/// removed before the next attempt.
struct ConcurrentIndex: Sendable, Equatable {
    /// The name of the index.
    let name: String
    /// The statement that builds it: `CREATE [UNIQUE] INDEX CONCURRENTLY …`.
    let statement: String

    /// The indexes that a script builds.
    static func all(in script: String) -> [ConcurrentIndex] {
        script.matches(of: /CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?<name>\w+)[^;]+/).map { match in
            ConcurrentIndex(name: String(match.name), statement: String(match.output.0))
        }
    }

    /// An index by its definition, as `pg_get_indexdef` prints it.
    init(name: String, definition: String) {
        self.name = name
        statement = definition.replacing("INDEX \(name)", with: "INDEX CONCURRENTLY \(name)", maxReplacements: 1)
    }

    private init(name: String, statement: String) {
        (self.name, self.statement) = (name, statement)
    }

    /// Builds the index, unless it exists; waits where another `setup` is building it.
    ///
    /// - Parameter lockRetry: How to wait for other sessions.
    /// - Throws: ``PostgresError``.
    func build(_ lockRetry: LockRetry) async throws {
        while true {
            do {
                switch try await state(in: lockRetry.database) {
                case .valid: return
                case .underConstruction: try await Task.sleep(for: .milliseconds(500))
                case .invalid: try await lockRetry.runOutsideTransaction("DROP INDEX CONCURRENTLY IF EXISTS \(name)")
                case .missing: try await lockRetry.runOutsideTransaction(statement)
                }
            } catch let error as PostgresError where ["42P07", "40P01"].contains(error.sqlState) {
                // Another setup has begun to build it; of two that wait for each other, PostgreSQL ends one.
                try await Task.sleep(for: .milliseconds(.random(in: 100...500)))
            }
        }
    }

    private enum State: String {
        case missing, valid, invalid
        case underConstruction = "under_construction"
    }

    private func state(in database: Database) async throws -> State {
        let state = try await database.query(
            """
            SELECT CASE
                       WHEN i.indisvalid THEN 'valid'
                       WHEN p.pid IS NOT NULL THEN 'under_construction'
                       ELSE 'invalid'
                   END
            FROM pg_index AS i
            LEFT JOIN pg_stat_progress_create_index AS p ON p.index_relid = i.indexrelid
            WHERE i.indexrelid = to_regclass(quote_ident(current_schema()) || '.' || \(name))
            """
        ).decode(String.self).first
        return state.flatMap(State.init) ?? .missing
    }
}
