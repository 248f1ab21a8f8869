extension Database {
    /// The isolation level of a transaction.
    public enum Isolation: Sendable {
        /// Each statement sees the data committed before it.
        case readCommitted
        /// All statements see the data committed before the first one.
        case repeatableRead
        /// The result is as if transactions ran one after another.
        case serializable

        fileprivate var begin: SQL {
            switch self {
            case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
            case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
            case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            }
        }
    }

    /// The period after which a transaction is not retried, so that the caller gets an answer in time.
    private static let retryPeriod: Duration = .seconds(15)

    /// Runs a transaction: commits when the body returns, rolls back when it throws.
    ///
    /// A transaction that had a conflict (40001, 40P01) or lost its connection before COMMIT was sent has had no effect
    /// and is retried. The body must therefore have no effects outside the database.
    ///
    /// - Parameters:
    ///   - isolation: The isolation level.
    ///   - readOnly: Whether writes are rejected.
    ///   - attempts: The maximum number of runs.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    ///   - body: The work.
    /// - Returns: The result of the work.
    /// - Throws: The error of the work, or ``PostgresError``; of the kind `outcomeUnknown` where the connection was
    ///   lost while committing.
    public func transaction<Result: Sendable>(
        isolation: Isolation = .readCommitted, readOnly: Bool = false, attempts: Int = 5, fileID: String = #fileID,
        line: Int = #line, _ body: @Sendable (isolated Connection) async throws -> Result
    ) async throws -> Result {
        try await pipelinedTransaction(
            isolation: isolation, readOnly: readOnly, attempts: attempts, fileID: fileID, line: line
        ) { Pending(known: try await body($0)) }
    }

    /// Runs a transaction whose last statements are sent together with COMMIT.
    ///
    /// - Parameters:
    ///   - isolation: The isolation level.
    ///   - readOnly: Whether writes are rejected.
    ///   - attempts: The maximum number of runs.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    ///   - body: The work; its result is read from the statements that wait, after the commit.
    /// - Returns: The result of the work.
    /// - Throws: As ``transaction(isolation:readOnly:attempts:fileID:line:_:)``. The transaction is committed already if a
    ///   value cannot be read from the rows.
    public func pipelinedTransaction<Result: Sendable>(
        isolation: Isolation = .readCommitted, readOnly: Bool = false, attempts: Int = 5, fileID: String = #fileID,
        line: Int = #line, _ body: @Sendable (isolated Connection) async throws -> Pending<Result>
    ) async throws -> Result {
        let callSite = PostgresError.CallSite(fileID: fileID, line: line)
        let begin = readOnly ? isolation.begin + " READ ONLY" : isolation.begin
        let retryDeadline = ContinuousClock.now + Self.retryPeriod
        var attempt = 1
        var hasLostConnection = false
        while true {
            do {
                return try await withConnection { [settings = configuration.transactionSettings] connection in
                    try await connection.transaction(begin, settings, callSite, body)
                }
            } catch let error as PostgresError
                where attempt < attempts && .now < retryDeadline
                && (error.isRetryable || hasLostConnection && error.kind == .unreachable)
            {
                // A restart of the server takes one or two seconds; a server that was unreachable from the start is not
                // retried.
                hasLostConnection = hasLostConnection || error.kind == .connectionLost
                let base = hasLostConnection ? 400 : 10
                try await Task.sleep(for: .milliseconds(base << attempt) * Double.random(in: 0.5...1))
                attempt += 1
            }
        }
    }
}

extension Connection {
    fileprivate func transaction<Result: Sendable>(
        _ begin: SQL, _ settings: SQL?, _ callSite: PostgresError.CallSite,
        _ body: @Sendable (isolated Connection) async throws -> Pending<Result>
    ) async throws -> Result {
        send(begin, callSite)
        if let settings { send(settings, callSite) }
        let result: Pending<Result>
        do {
            result = try await body(self)
            try await checkBeforeCommit()
        } catch {
            rollBack(callSite)
            throw error
        }
        try commit(begunBy: settings == nil ? 1 : 2, callSite)
        return try await result.value()
    }
}
