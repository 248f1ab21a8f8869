extension Database {
    /// How much a transaction sees of others.
    public enum Isolation: Sendable {
        /// Each statement sees what was committed before it.
        case readCommitted
        /// The whole transaction sees what was committed before its first statement.
        case repeatableRead
        /// As if transactions ran one after another.
        case serializable

        fileprivate var begin: SQL {
            switch self {
            case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
            case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
            case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            }
        }
    }

    /// No transaction is run again after this long: a caller has to be told in time.
    private static let retryPeriod: Duration = .seconds(15)

    /// Runs a transaction: commits when the work returns, rolls back when it throws.
    ///
    /// Work that met another transaction (40001, 40P01) or lost its connection before COMMIT was sent has left nothing
    /// behind, and is run again. Work must therefore have no effect but on the database.
    ///
    /// - Parameters:
    ///   - isolation: How much it sees of others.
    ///   - readOnly: Whether writing is refused.
    ///   - attempts: How often to run it at the most.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    ///   - body: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws, or ``PostgresError``; of the kind `outcomeUnknown` where the connection broke while
    ///   committing.
    public func transaction<Result: Sendable>(
        isolation: Isolation = .readCommitted, readOnly: Bool = false, attempts: Int = 5, fileID: String = #fileID,
        line: Int = #line, _ body: @Sendable (isolated Connection) async throws -> Result
    ) async throws -> Result {
        let callSite = PostgresError.CallSite(fileID: fileID, line: line)
        let begin = readOnly ? isolation.begin + " READ ONLY" : isolation.begin
        let retryDeadline = ContinuousClock.now + Self.retryPeriod
        var attempt = 1
        var lost = false
        while true {
            do {
                return try await withConnection { [settings = configuration.transactionSettings] connection in
                    try await connection.transaction(begin, settings, callSite, body)
                }
            } catch let error as PostgresError
                where attempt < attempts && .now < retryDeadline
                && (error.isRetryable || lost && error.kind == .unreachable)
            {
                // A server that restarts takes a second or two; one that was never there is told at once.
                lost = lost || error.kind == .connectionLost
                try await Task.sleep(for: .milliseconds((lost ? 400 : 10) << attempt) * Double.random(in: 0.5...1))
                attempt += 1
            }
        }
    }
}

extension Connection {
    fileprivate func transaction<Result: Sendable>(
        _ begin: SQL, _ settings: SQL?, _ callSite: PostgresError.CallSite,
        _ body: @Sendable (isolated Connection) async throws -> Result
    ) async throws -> Result {
        _ = try control(begin, callSite)
        let result: Result
        do {
            if let settings { _ = try control(settings, callSite) }
            result = try await body(self)
        } catch {
            _ = try? control("ROLLBACK", callSite)
            throw error
        }
        try commit(callSite)
        return result
    }

    private func commit(_ callSite: PostgresError.CallSite) throws(PostgresError) {
        do {
            // COMMIT of a failed transaction succeeds, as a ROLLBACK.
            guard try control("COMMIT", callSite).command == "COMMIT" else {
                throw PostgresError(
                    kind: .rolledBack, message: "a statement had failed, and the failure was passed over",
                    callSite: callSite)
            }
        } catch let error as PostgresError where error.kind == .connectionLost {
            throw PostgresError(kind: .outcomeUnknown, message: error.message, callSite: callSite)
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(kind: .connectionLost, message: "\(error)", callSite: callSite)
        }
    }
}
