/// A check of the database that a connection makes together with its first statements, in the same round trip.
///
/// The first statements run on the server before the result of the check is known here: they must only read, or be part of
/// a transaction, which the failed check rolls back. A transaction cannot import a snapshot after the check.
public struct ConnectionCheck: Sendable {
    let statement: SQL
    let evaluate: @Sendable (Result<Rows, PostgresError>, isolated Connection) async throws -> Void

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - statement: The statement whose rows decide.
    ///   - evaluate: Throws unless the rows are as expected. Gets the statement's error if it has failed.
    public init(
        _ statement: SQL,
        evaluate: @escaping @Sendable (Result<Rows, PostgresError>, isolated Connection) async throws -> Void
    ) {
        self.statement = statement
        self.evaluate = evaluate
    }
}
