import Postgres

/// The invariants of references between rows.
extension InvariantQuery {
    /// Rows that refer to a row that does not exist.
    static func orphans(_ references: [InvariantContext.Reference]) -> InvariantQuery {
        let searches = references.map { reference -> SQL in
            let (table, column) = (SQL.name(reference.table), SQL.name(reference.column))
            return """
                SELECT r.\(column)::bigint AS id, '\(table).\(column)' AS place
                FROM \(table) AS r
                WHERE r.\(column) IS NOT NULL
                  AND NOT EXISTS (SELECT FROM \(SQL.name(reference.target)) AS target WHERE target.id = r.\(column))
                """
        }
        return InvariantQuery(
            SQL.joined(searches, separator: "\nUNION ALL\n"), example: "v.place || ' ' || v.id || ' does not exist'")
    }

    /// Jobs that a runner without a record has claimed; a runner that is at work would have released them.
    static var jobLease: InvariantQuery {
        InvariantQuery(
            """
            SELECT id, kind, runner
            FROM job
            WHERE token IS NOT NULL
              AND claimed_at < now() - interval '10 minutes'
              AND NOT EXISTS (SELECT FROM job_runner WHERE job_runner.id = job.runner)
            """,
            example: "'job ' || v.id || ', ' || v.kind || ': runner ' || v.runner")
    }
}

extension SQL {
    /// The name of a table or column that this program knows.
    fileprivate static func name(_ name: String) -> SQL { "\(unsafeSQL: name)" }
}
