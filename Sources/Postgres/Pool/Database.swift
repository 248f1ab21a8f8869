import Locking
public import Logging

/// A pool of connections to one database, with limits on its size, its waiting time and its number of waiting callers.
public final class Database: Sendable {
    /// The numbers of open and idle connections, and of waiting callers.
    public struct Statistics: Sendable, Equatable {
        /// The number of connections that are open or being opened.
        public let open: Int
        /// The number of connections that are not in use.
        public let idle: Int
        /// The number of waiting callers.
        public let waiting: Int
    }

    private typealias Grant = PoolState<Connection>.Grant

    private enum Waiter {
        case arriving
        case waiting(CheckedContinuation<Grant, any Error>)
        case rejected(any Error)
    }

    private struct State {
        var pool: PoolState<Connection>
        var waiters: [PoolState<Connection>.Ticket: Waiter] = [:]
        /// The time of the last loss; older connections are suspect, since another one to the same server was lost.
        var lastLoss: ContinuousClock.Instant?
    }

    let configuration: Configuration
    private let logger: Logger
    private let state: Guarded<State>

    /// Creates a pool; connections are opened on demand.
    public init(_ configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Guarded(
            State(
                pool: PoolState(
                    limit: configuration.maximumConnections, waiterLimit: configuration.maximumWaiters)))
    }

    /// The current numbers of connections and waiting callers.
    public var statistics: Statistics {
        state.withLock { Statistics(open: $0.pool.open, idle: $0.pool.idle.count, waiting: $0.pool.waiting) }
    }

    /// Runs one statement on a pooled connection, committed immediately.
    ///
    /// - Parameters:
    ///   - sql: The statement.
    ///   - fileID: The caller's file, for errors.
    ///   - line: The caller's line, for errors.
    /// - Returns: The rows, in the server's order.
    /// - Throws: ``PostgresError``, or `CancellationError`.
    @discardableResult
    public func query(_ sql: SQL, fileID: String = #fileID, line: Int = #line) async throws -> Rows {
        try await withConnection { try await $0.query(sql, fileID: fileID, line: line) }
    }

    /// Runs a body with a pooled connection.
    ///
    /// Work that is isolated to the connection runs on the connection's own thread.
    ///
    /// An open transaction is rolled back at the end. Do not request a second connection inside: with the pool at its
    /// limit, that can deadlock.
    ///
    /// - Parameter body: The work.
    /// - Returns: The result of the work.
    /// - Throws: The error of the work, or ``PostgresError`` where no connection is available.
    public func withConnection<Result: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Result
    ) async throws -> Result {
        while true {
            let (connection, isNew) = try await acquire()
            switch predatesLastLoss(connection) ? .refused : await connection.lend(mayBeStale: !isNew, body) {
            case .refused:
                await discard(connection)
            case .used(let result, let isReusable):
                if case .failure(let error as PostgresError) = result, error.isUnresponsive {
                    state.withLock { $0.lastLoss = .now }
                }
                await release(connection, isReusable: isReusable)
                return try result.get()
            }
        }
    }

    /// Whether each connection is a server session, in contrast to PgBouncer in transaction mode.
    public var hasSessions: Bool { configuration.preparedStatements }

    /// Runs a body with a connection outside the pool, for long use beside the pool, and closes it at the end.
    ///
    /// An open transaction is rolled back at the end.
    ///
    /// - Parameter body: The work.
    /// - Returns: The result of the work.
    /// - Throws: The error of the work, or ``PostgresError`` where no connection is available.
    public func withSeparateConnection<Result: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try await Connection.open(configuration)
        let loan = await connection.lend(mayBeStale: false, body)
        await connection.close()
        guard case .used(let result, _) = loan else {
            throw PostgresError(kind: .connectionLost, message: "the connection is closed")
        }
        return try result.get()
    }

    /// Returns whether a connection is older than the last time that the server stopped answering.
    ///
    /// Without this check, each idle connection to a frozen server would cost its caller a separate timeout.
    private func predatesLastLoss(_ connection: Connection) -> Bool {
        state.withLock { $0.lastLoss.map { connection.opened < $0 } ?? false }
    }

    /// Closes the pool: idle connections now, and connections in use when they are returned.
    public func close() async {
        let (idle, waiters) = state.withLock { state in
            let (idle, tickets) = state.pool.close()
            return (idle, tickets.compactMap { state.waiters.removeValue(forKey: $0) })
        }
        for case .waiting(let continuation) in waiters {
            continuation.resume(throwing: PostgresError(kind: .closed, message: "the pool has closed"))
        }
        for connection in idle { await connection.close() }
    }

    private func acquire() async throws -> (connection: Connection, isNew: Bool) {
        try Task.checkCancellation()
        switch try await waitForGrant() {
        case .lend(let connection):
            return (connection, isNew: false)
        case .open:
            do {
                return (try await Connection.open(configuration), isNew: true)
            } catch {
                pass(on: state.withLock { $0.pool.connectionClosed() })
                throw error
            }
        }
    }

    private func waitForGrant() async throws -> Grant {
        let (grant, ticket) = state.withLock { state in
            let (grant, ticket) = (state.pool.take(), state.pool.makeTicket())
            if grant == nil { state.waiters[ticket] = .arriving }
            return (grant, ticket)
        }
        if let grant { return grant }
        let timeoutTask = Task {
            try await Task.sleep(for: configuration.acquireTimeout)
            rejectWaiter(ticket, PostgresError(kind: .acquireTimedOut, message: "no connection became free in time"))
        }
        defer {
            timeoutTask.cancel()
            state.withLock { $0.waiters[ticket] = nil }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { register($0, ticket) }
        } onCancel: {
            rejectWaiter(ticket, CancellationError())
        }
    }

    /// Adds a caller to the queue, unless a connection has become free or the caller was rejected meanwhile.
    private func register(_ waiter: CheckedContinuation<Grant, any Error>, _ ticket: PoolState<Connection>.Ticket) {
        let answer = state.withLock { state -> Swift.Result<Grant, any Error>? in
            if case .rejected(let error) = state.waiters[ticket] { return .failure(error) }
            if let grant = state.pool.take() { return .success(grant) }
            if let rejection = state.pool.enqueue(ticket) {
                return .failure(PostgresError(kind: rejection, message: "no connection can be had"))
            }
            state.waiters[ticket] = .waiting(waiter)
            return nil
        }
        if let answer { waiter.resume(with: answer) }
    }

    private func rejectWaiter(_ ticket: PoolState<Connection>.Ticket, _ error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            let waiter = state.waiters[ticket]
            // A caller that is not queued yet finds the rejection when it queues; one that has left gets no entry.
            if case .arriving = waiter { state.waiters[ticket] = .rejected(error) }
            return state.pool.leave(ticket) ? waiter : nil
        }
        if case .waiting(let continuation) = waiter { continuation.resume(throwing: error) }
    }

    private func release(_ connection: Connection, isReusable: Bool) async {
        guard isReusable, connection.expires > .now else { return await discard(connection) }
        let (passed, closed) = state.withLock { ($0.pool.checkIn(connection), $0.pool.isClosed) }
        if closed { return await connection.close() }
        pass(on: passed)
    }

    private func discard(_ connection: Connection) async {
        await connection.close()
        pass(on: state.withLock { $0.pool.connectionClosed() })
    }

    private func pass(on passed: (ticket: PoolState<Connection>.Ticket, grant: Grant)?) {
        guard let passed else { return }
        let waiter = state.withLock { $0.waiters[passed.ticket] }
        if case .waiting(let continuation) = waiter { continuation.resume(returning: passed.grant) }
    }
}
