import CLibpq
import FoundationEssentials

/// A connection with its own thread.
///
/// Work that is isolated to the connection runs on that thread, from the first statement to the last without a switch.
public final actor Connection {
    nonisolated private let thread: ConnectionThread
    nonisolated private let canceller: StatementCanceller
    nonisolated let opened: ContinuousClock.Instant
    nonisolated let expires: ContinuousClock.Instant
    private var handle: ConnectionHandle?
    private var statements: StatementCache
    private let answerTimeout: Duration

    /// The executor of the connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens a connection.
    static func open(_ configuration: Database.Configuration) async throws -> Connection {
        try await Opener().open(configuration)
    }

    fileprivate init(
        _ handle: sending ConnectionHandle, on thread: ConnectionThread, _ configuration: Database.Configuration
    ) {
        self.thread = thread
        canceller = handle.canceller
        statements = StatementCache(capacity: configuration.preparedStatements ? configuration.statementCacheSize : 0)
        answerTimeout = configuration.answerTimeout
        opened = .now
        expires = opened + configuration.maximumLifetime * Double.random(in: 0.8...1)
        self.handle = handle
    }

    deinit {
        thread.stop()
    }

    /// The ID of the server process.
    public var processID: Int32 { handle?.processID ?? 0 }

    /// Runs one statement.
    ///
    /// Cancelling the task cancels the statement.
    ///
    /// - Parameters:
    ///   - sql: The statement.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    /// - Returns: The rows, in the server's order.
    /// - Throws: ``PostgresError``, or `CancellationError`.
    @discardableResult
    public func query(_ sql: SQL, fileID: String = #fileID, line: Int = #line) async throws -> Rows {
        let callSite = PostgresError.CallSite(fileID: fileID, line: line)
        return try await cancellable { try run(sql, callSite) }
    }

    /// Runs a script of statements without binds, in one transaction unless the script controls transactions itself.
    ///
    /// - Parameters:
    ///   - script: The statements.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    /// - Throws: ``PostgresError``, or `CancellationError`.
    public func execute(script: String, fileID: String = #fileID, line: Int = #line) async throws {
        let callSite = PostgresError.CallSite(fileID: fileID, line: line)
        try await cancellable {
            let handle = try usable(callSite)
            _ = try handle.answer(handle.send(script: script), callSite)
        }
    }

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
        _ = try? run("RESET statement_timeout", PostgresError.CallSite(fileID: fileID, line: line))
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

    /// Runs a transaction control statement (`BEGIN`, `COMMIT`, `ROLLBACK`), which cannot be cancelled.
    func control(_ command: SQL, _ callSite: PostgresError.CallSite) throws(PostgresError) -> Rows {
        try run(command, callSite)
    }

    /// The result of lending the connection.
    enum LendingResult<Result: Sendable>: Sendable {
        /// The work was not run: the connection had expired, or the server had closed it.
        case refused
        /// The work was run, with a result or an error; `isReusable` is whether the connection can be lent again.
        case used(Swift.Result<Result, any Error>, isReusable: Bool)
    }

    /// Runs some work unless the connection is stale, and then checks whether the connection is reusable.
    ///
    /// All of this takes one switch to the connection's thread, since each switch costs as much as a statement.
    func lend<Result: Sendable>(
        mayBeStale: Bool, _ body: @Sendable (isolated Connection) async throws -> Result
    ) async -> LendingResult<Result> {
        if mayBeStale, hasGoneStale || expires <= .now { return .refused }
        handle?.answerTimeout = answerTimeout
        do {
            let result = try await body(self)
            return .used(.success(result), isReusable: makeReusable())
        } catch {
            return .used(.failure(error), isReusable: makeReusable())
        }
    }

    /// Returns whether the connection can be lent again.
    ///
    /// An open transaction is rolled back. A connection in an unknown state is not reusable.
    private func makeReusable() -> Bool {
        guard let handle, !handle.isBroken else { return false }
        switch handle.transactionStatus {
        case PQTRANS_IDLE: return true
        case PQTRANS_INTRANS, PQTRANS_INERROR:
            _ = try? run("ROLLBACK", PostgresError.CallSite(fileID: #fileID, line: #line))
            return handle.transactionStatus == PQTRANS_IDLE
        default: return false
        }
    }

    /// Whether the server closed the connection while it was idle.
    private var hasGoneStale: Bool {
        handle?.hasGoneStale ?? true
    }

    /// Closes the connection.
    func close() {
        handle = nil
    }

    private func cancellable<Result>(_ work: () throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        canceller.begin()
        let canceller = canceller
        return try await withTaskCancellationHandler {
            // The use of `self` keeps the closure on the connection's thread; otherwise it would run on the global
            // pool.
            defer { self.canceller.end() }
            do {
                return try work()
            } catch let error as PostgresError where error.sqlState == "57014" && canceller.isRequested {
                throw CancellationError()
            }
        } onCancel: {
            canceller.request()
        }
    }

    private func usable(_ callSite: PostgresError.CallSite) throws(PostgresError) -> ConnectionHandle {
        guard let handle else { throw PostgresError(kind: .connectionLost, message: "hung up", callSite: callSite) }
        return handle
    }

    private func run(_ sql: SQL, _ callSite: PostgresError.CallSite) throws(PostgresError) -> Rows {
        let handle = try usable(callSite)
        if let failure = sql.binds.failure {
            throw PostgresError(kind: .encoding, message: failure, callSite: callSite)
        }
        guard sql.binds.count <= Int(UInt16.max) else {
            throw PostgresError(
                kind: .encoding, message: "\(sql.binds.count) binds, and PostgreSQL takes 65535: send an array",
                callSite: callSite)
        }
        let text = sql.text
        let begun = handle.transactionStatus != PQTRANS_IDLE
        do {
            return Rows(try run(text, sql.binds, on: handle, callSite))
        } catch  where (error.sqlState == "26000" || error.isStalePlan) && !begun {
            // The statement was deallocated or its result type has changed; outside a transaction it can be run again.
            return Rows(try handle.answer(handle.send(text, sql.binds), callSite))
        }
    }

    private func run(
        _ text: String, _ binds: Binds, on handle: ConnectionHandle, _ callSite: PostgresError.CallSite
    ) throws(PostgresError) -> ResultMemory {
        let key = StatementCache.Key(text: text, types: binds.list.map(\.type))
        // In a failed transaction the server accepts only its end, which needs no preparation.
        let plan = handle.transactionStatus == PQTRANS_INERROR ? .unprepared : statements.plan(key)
        switch plan {
        case .unprepared:
            return try handle.answer(handle.send(text, binds), callSite)
        case .prepare(let name, let old):
            try prepare(key, as: name, deallocating: old, on: handle, callSite)
            return try run(prepared: name, key, binds, on: handle, callSite)
        case .prepared(let name):
            return try run(prepared: name, key, binds, on: handle, callSite)
        }
    }

    private func prepare(
        _ key: StatementCache.Key, as name: String, deallocating old: String?, on handle: ConnectionHandle,
        _ callSite: PostgresError.CallSite
    ) throws(PostgresError) {
        do {
            if let old {
                _ = try handle.answer(handle.send(script: "DEALLOCATE \(old)"), callSite)
                statements.deallocated(old)
            }
            _ = try handle.answer(handle.sendPrepare(name, key.text, key.types), callSite)
        } catch {
            if error.sqlState == "26000", let old { statements.deallocated(old) }
            statements.forget(key)
            throw error
        }
    }

    private func run(
        prepared name: String, _ key: StatementCache.Key, _ binds: Binds, on handle: ConnectionHandle,
        _ callSite: PostgresError.CallSite
    ) throws(PostgresError) -> ResultMemory {
        do {
            return try handle.answer(handle.send(prepared: name, binds), callSite)
        } catch {
            if error.sqlState == "26000" { statements.forget(key) }
            if error.isStalePlan { statements.evict(key) }
            throw error
        }
    }
}

/// An actor that opens the connection on its future thread, since opening blocks too.
private final actor Opener {
    private let thread = ConnectionThread()

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func open(_ configuration: Database.Configuration) throws -> Connection {
        do {
            return Connection(try ConnectionHandle(configuration), on: thread, configuration)
        } catch {
            thread.stop()
            throw error
        }
    }
}
