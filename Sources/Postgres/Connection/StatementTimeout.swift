extension Connection {
    /// Runs one statement that cannot be part of a transaction, with a separate time limit.
    ///
    /// - Parameters:
    ///   - script: The statement.
    ///   - timeout: The server's statement timeout.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    /// - Throws: ``PostgresError``, or `CancellationError`.
    public func execute(
        script: String, timeout: Duration, fileID: String = #fileID, line: Int = #line
    ) async throws {
        try await query("SELECT set_config('statement_timeout', \("\(timeout.milliseconds)ms"), false)")
        handle?.answerTimeout = timeout + .seconds(10)
        let result: Result<Void, any Error>
        do {
            result = .success(try await execute(script: script, fileID: fileID, line: line))
        } catch {
            result = .failure(error)
        }
        handle?.answerTimeout = answerTimeout
        // The next user of the connection gets the default limit. A broken connection is not reused.
        try? run("RESET statement_timeout", PostgresError.CallSite(fileID: fileID, line: line))
        try result.get()
    }

    /// Sets the time limit of the statements in the current transaction, on the server and in the client.
    ///
    /// - Parameter timeout: The server's statement timeout.
    /// - Throws: ``PostgresError``.
    public func setLocalStatementTimeout(_ timeout: Duration) async throws {
        try await query("SELECT set_config('statement_timeout', \("\(timeout.milliseconds)ms"), true)")
        handle?.answerTimeout = timeout + .seconds(10)
    }
}
