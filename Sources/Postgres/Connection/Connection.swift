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
    private(set) var handle: ConnectionHandle?
    private var statements: StatementCache
    private var pipeline = Pipeline()
    let answerTimeout: Duration
    /// The check that precedes the first statements; `nil` once they were sent.
    private var check: ConnectionCheck?

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
        check = configuration.check
        opened = .now
        expires = opened + configuration.maximumLifetime * Double.random(in: 0.8...1)
        self.handle = handle
    }

    deinit {
        thread.stop()
    }

    /// The ID of the server process.
    public var processID: Int32 { handle?.processID ?? 0 }

    /// The server, as libpq has chosen it among the hosts of the URL; `nil` after the connection was closed.
    public var server: ConnectedServer? { handle?.server }

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
        return try await rows(of: pipeline.append(sql, callSite))
    }

    /// Adds a statement that is sent together with the next one, or with the end of the transaction.
    ///
    /// Statements that do not need each other's results thus take one round trip. They run in order; the error of one
    /// is thrown by the request that sends them, and the later ones are not run.
    ///
    /// - Parameters:
    ///   - sql: The statement.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    /// - Returns: The rows, once they are requested.
    @discardableResult
    public func send(_ sql: SQL, fileID: String = #fileID, line: Int = #line) -> Pending<Rows> {
        send(sql, PostgresError.CallSite(fileID: fileID, line: line))
    }

    /// Adds a statement of a call site that is sent together with the next one.
    @discardableResult
    func send(_ sql: SQL, _ callSite: PostgresError.CallSite) -> Pending<Rows> {
        Pending(self, pipeline.append(sql, callSite))
    }

    /// Returns the rows of a statement, which is sent now unless that has happened before.
    func rows(of ticket: Pipeline.Ticket) async throws -> Rows {
        if let rows = pipeline.takeResult(of: ticket) { return rows }
        if !pipeline.waiting.isEmpty { try await sendWaitingAndCheck() }
        guard let rows = pipeline.takeResult(of: ticket) else {
            throw PostgresError(kind: .decoding, message: "the rows of a statement were read twice, or it has failed")
        }
        return rows
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
            try sendWaiting()
            let handle = try usable(callSite)
            _ = try handle.answer(handle.send(script: script), callSite)
        }
    }

    /// Ends a transaction with COMMIT, which is sent together with the statements that wait and cannot be cancelled.
    ///
    /// - Parameters:
    ///   - begin: The number of statements with which the transaction begins; if only these wait, nothing is sent.
    ///   - callSite: The transaction, for errors.
    /// - Throws: ``PostgresError``.
    func commit(begunBy begin: Int, _ callSite: PostgresError.CallSite) throws(PostgresError) {
        guard let handle, handle.transactionStatus != PQTRANS_IDLE || pipeline.waiting.count > begin else {
            return pipeline.clear()
        }
        let ticket = pipeline.append("COMMIT", callSite)
        do {
            try sendWaiting()
        } catch  where error.kind == .connectionLost {
            throw PostgresError(kind: .outcomeUnknown, message: error.message, callSite: callSite)
        }
        // COMMIT of a failed transaction succeeds, with the effect of ROLLBACK.
        guard pipeline.takeResult(of: ticket)?.command == "COMMIT" else {
            throw PostgresError(
                kind: .rolledBack,
                message: "the transaction was rolled back: the error of an earlier statement was ignored",
                callSite: callSite)
        }
    }

    /// Ends a transaction with ROLLBACK; statements that wait are not sent.
    func rollBack(_ callSite: PostgresError.CallSite) {
        pipeline.clear()
        guard let handle, handle.transactionStatus != PQTRANS_IDLE else { return }
        // The pool does not lend the connection again unless the transaction has ended.
        try? run("ROLLBACK", callSite)
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
            // A cancellation does not discard the result of work that is complete.
            if !pipeline.waiting.isEmpty { try await sendWaitingAndCheck() }
            return .used(.success(result), isReusable: makeReusable())
        } catch {
            return .used(.failure(error), isReusable: makeReusable())
        }
    }

    /// Returns whether the connection can be lent again.
    ///
    /// An open transaction is rolled back. A connection in an unknown state is not reusable.
    private func makeReusable() -> Bool {
        pipeline.clear()
        guard let handle, !handle.isBroken else { return false }
        switch handle.transactionStatus {
        case PQTRANS_IDLE: return true
        case PQTRANS_INTRANS, PQTRANS_INERROR:
            try? run("ROLLBACK", PostgresError.CallSite(fileID: #fileID, line: #line))
            return handle.transactionStatus == PQTRANS_IDLE
        default: return false
        }
    }

    /// Whether the server closed the connection while it was idle.
    private var hasGoneStale: Bool { handle?.hasGoneStale ?? true }

    /// Closes the connection.
    func close() { handle = nil }

    private func cancellable<Result>(_ work: () throws -> Result) async throws -> Result {
        guard !Task.isCancelled else {
            // Otherwise another task's request on this connection would send them.
            _ = pipeline.takeWaiting()
            throw CancellationError()
        }
        canceller.begin()
        let canceller = canceller
        return try await withTaskCancellationHandler {
            // The use of `self` keeps the closure on the connection's thread; otherwise it would run on the global
            // pool.
            defer { self.canceller.end(isAbandoned: handle?.isBroken ?? true) }
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
        guard let handle else { throw PostgresError(kind: .connectionLost, message: "closed", callSite: callSite) }
        return handle
    }

    /// Runs a statement whose rows are not needed.
    func run(_ sql: SQL, _ callSite: PostgresError.CallSite) throws(PostgresError) {
        _ = pipeline.append(sql, callSite)
        try sendWaiting()
    }

    /// Sends the statements that wait, the first ones together with the connection's check.
    private func sendWaitingAndCheck() async throws {
        guard let check, let first = pipeline.waiting.first else { return try await cancellable { try sendWaiting() } }
        // The check itself sends statements. It is repeated until it has passed.
        self.check = nil
        var isPassed = false
        defer { if !isPassed { self.check = check } }
        let ticket = pipeline.prepend(check.statement, first.callSite)
        do {
            try await cancellable { try sendWaiting() }
        } catch let error as PostgresError {
            let rows = pipeline.takeResult(of: ticket)
            // The check sends statements, which a failed transaction refuses.
            if handle?.transactionStatus == PQTRANS_INERROR { rollBack(first.callSite) }
            // The check's finding may explain the error of a later statement.
            try await check.evaluate(rows.map { .success($0) } ?? .failure(error), self)
            throw error
        }
        guard let rows = pipeline.takeResult(of: ticket) else { return }
        try await check.evaluate(.success(rows), self)
        isPassed = true
    }

    /// Makes the connection's check if no statement has been sent yet.
    func checkBeforeCommit() async throws {
        if check != nil, !pipeline.waiting.isEmpty { try await sendWaitingAndCheck() }
    }

    /// Sends the statements that wait in one round trip, and stores their results.
    private func sendWaiting() throws(PostgresError) {
        let waiting = pipeline.takeWaiting()
        guard let first = waiting.first else { return }
        let handle = try usable(first.callSite)
        for statement in waiting { try statement.sql.binds.validate(statement.callSite) }
        let isRepeatable = waiting.count == 1 && handle.transactionStatus == PQTRANS_IDLE
        do {
            try send(waiting, on: handle)
        } catch  where (error.sqlState == "26000" || error.isStalePlan) && isRepeatable {
            // The statement was deallocated or its result type has changed; outside a transaction it can be run again.
            try send(waiting, on: handle)
        }
    }

    private func send(_ waiting: [Pipeline.Statement], on handle: ConnectionHandle) throws(PostgresError) {
        // In a failed transaction the server accepts only its end, which needs no preparation.
        let isFailed = handle.transactionStatus == PQTRANS_INERROR
        let requests = waiting.flatMap { isFailed ? [.unprepared($0)] : statements.requests(for: $0) }
        let answers = try handle.pipeline(requests)
        for (request, result) in zip(requests, answers.results) {
            if let ticket = request.ticket { pipeline.store(Rows(result), for: ticket) }
        }
        guard let failure = answers.failure else { return }
        statements.recordFailure(failure, of: requests[answers.results.count...])
        throw failure
    }
}

/// An actor that opens the connection on its future thread, since opening blocks too.
private final actor Opener {
    private let thread: ConnectionThread

    init() throws(PostgresError) { thread = try ConnectionThread() }

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
