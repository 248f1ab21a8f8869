import CLibpq

/// A value from statements that are sent together with a later one; see ``Connection/send(_:fileID:line:)``.
public struct Pending<Value: Sendable>: Sendable {
    private let read: @Sendable () async throws -> Value

    /// Creates a value that `read` computes when it is requested.
    public init(_ read: @escaping @Sendable () async throws -> Value) {
        self.read = read
    }

    /// Creates a value that is known already.
    public init(known value: Value) {
        read = { value }
    }

    /// Returns the value; sends the statement first, with all others that wait, if that has not happened yet.
    ///
    /// - Returns: The value. It can be read once.
    /// - Throws: ``PostgresError`` of the first of these statements that failed, the error of ``map(_:)``, or
    ///   `CancellationError`.
    public func value() async throws -> Value {
        try await read()
    }

    /// Returns a pending value that is made from this one.
    ///
    /// - Parameter transform: Makes the new value.
    /// - Returns: The pending value.
    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) throws -> Other) -> Pending<Other> {
        Pending<Other> { [read] in try transform(try await read()) }
    }
}

extension Pending where Value == Rows {
    init(_ connection: Connection, _ ticket: Pipeline.Ticket) {
        self.init { try await connection.rows(of: ticket) }
    }
}

/// The statements of a connection that wait to be sent together, and the results that were not read yet.
struct Pipeline {
    /// The identity of a statement on its connection.
    typealias Ticket = UInt64

    /// A statement that waits.
    struct Statement {
        let ticket: Ticket
        let sql: SQL
        let callSite: PostgresError.CallSite
    }

    /// The statements that wait, in order.
    private(set) var waiting: [Statement] = []
    private var results: [Ticket: Rows] = [:]
    private var last: Ticket = 0

    /// Adds a statement.
    mutating func append(_ sql: SQL, _ callSite: PostgresError.CallSite) -> Ticket {
        last += 1
        waiting.append(Statement(ticket: last, sql: sql, callSite: callSite))
        return last
    }

    /// Adds a query before all others that wait, within their transaction if they begin one: it could not change its
    /// isolation level after a query.
    mutating func prepend(_ sql: SQL, _ callSite: PostgresError.CallSite) -> Ticket {
        last += 1
        let begins = waiting.first?.sql.text.hasPrefix("BEGIN") == true
        waiting.insert(Statement(ticket: last, sql: sql, callSite: callSite), at: begins ? 1 : 0)
        return last
    }

    /// Removes and returns the statements that wait.
    mutating func takeWaiting() -> [Statement] {
        defer { waiting = [] }
        return waiting
    }

    /// Stores the result of a statement.
    mutating func store(_ rows: Rows, for ticket: Ticket) {
        results[ticket] = rows
    }

    /// Removes and returns the result of a statement; `nil` if there is none.
    mutating func takeResult(of ticket: Ticket) -> Rows? {
        results.removeValue(forKey: ticket)
    }

    /// Discards all statements and results.
    mutating func clear() {
        waiting = []
        results = [:]
    }
}

/// One request of a pipeline.
struct PipelineRequest {
    /// The kind of request.
    enum Kind {
        /// An unprepared statement.
        case statement(text: String, Binds)
        /// The preparation of a statement.
        case prepare(name: String, StatementCache.Key)
        /// A prepared statement.
        case prepared(name: String, StatementCache.Key, Binds)
        /// The removal of a prepared statement.
        case deallocate(name: String)
    }

    let kind: Kind
    let callSite: PostgresError.CallSite
    /// The statement whose rows the request returns; `nil` for a request without rows.
    var ticket: Pipeline.Ticket?

    /// Returns the request for a statement that is not prepared.
    static func unprepared(_ statement: Pipeline.Statement) -> PipelineRequest {
        PipelineRequest(
            kind: .statement(text: statement.sql.text, statement.sql.binds), callSite: statement.callSite,
            ticket: statement.ticket)
    }
}

extension StatementCache {
    /// Returns the requests for one run of a statement: it is prepared if that is worthwhile.
    mutating func requests(for statement: Pipeline.Statement) -> [PipelineRequest] {
        let key = Key(text: statement.sql.text, types: statement.sql.binds.list.map(\.type))
        let callSite = statement.callSite
        func run(_ name: String) -> PipelineRequest {
            PipelineRequest(
                kind: .prepared(name: name, key, statement.sql.binds), callSite: callSite, ticket: statement.ticket)
        }
        switch plan(key) {
        case .unprepared:
            return [.unprepared(statement)]
        case .prepare(let name, let old):
            // A later statement of the same pipeline must not deallocate it again.
            if let old { deallocated(old) }
            let removal = old.map { PipelineRequest(kind: .deallocate(name: $0), callSite: callSite) }
            return (removal.map { [$0] } ?? []) + [
                PipelineRequest(kind: .prepare(name: name, key), callSite: callSite), run(name),
            ]
        case .prepared(let name):
            return [run(name)]
        }
    }

    /// Records the failure of the first of these requests; the others were not run.
    mutating func recordFailure(_ failure: PostgresError, of requests: ArraySlice<PipelineRequest>) {
        for (index, request) in zip(requests.indices, requests) {
            let isFailed = index == requests.startIndex
            switch request.kind {
            case .statement: break
            case .prepare(_, let key): forget(key)
            case .deallocate(let name):
                if !isFailed || failure.sqlState != "26000" { kept(name) }
            case .prepared(_, let key, _) where isFailed:
                if failure.sqlState == "26000" { forget(key) }
                if failure.isStalePlan { evict(key) }
            case .prepared: break
            }
        }
    }
}

/// The results of a pipeline.
struct PipelineResults {
    /// The results of the requests before the first one that failed.
    var results: [ResultMemory] = []
    /// The error of the first request that failed; the server has run none of the later ones.
    var failure: PostgresError?
}

extension ConnectionHandle {
    /// Sends requests together and waits for all results (libpq's pipeline mode): they take one round trip.
    ///
    /// - Parameter requests: The requests; at least one.
    /// - Returns: The results.
    /// - Throws: ``PostgresError`` where the connection is lost, or `outcomeUnknown` where a transaction is not on the
    ///   synchronous standby.
    func pipeline(_ requests: [PipelineRequest]) throws(PostgresError) -> PipelineResults {
        let callSite = requests[requests.count - 1].callSite
        guard enterPipelineMode(), requests.allSatisfy({ send($0) }), sendSync() else { throw connectionLost(callSite) }
        var answers = PipelineResults()
        var waiting = startWaiting()
        try flush(&waiting, callSite)
        for request in requests {
            while let result = try nextResult(&waiting, request.callSite) {
                switch PQresultStatus(result.pointer) {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: answers.results.append(result)
                case PGRES_PIPELINE_ABORTED: break
                case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                    // The connection is not idle now, and is closed on return to the pool.
                    throw PostgresError(kind: .server, message: "COPY is not supported", callSite: callSite)
                default:
                    answers.failure =
                        answers.failure
                        ?? PostgresError(result, connectionLost: isBroken, callSite: request.callSite)
                }
                // A broken connection returns results indefinitely.
                if isBroken { throw answers.failure ?? connectionLost(request.callSite) }
            }
        }
        guard let end = try nextResult(&waiting, callSite), PQresultStatus(end.pointer) == PGRES_PIPELINE_SYNC,
            exitPipelineMode()
        else { throw connectionLost(callSite) }
        if commitWarning.take() { throw CommitWarning.error(callSite) }
        return answers
    }

    private func send(_ request: PipelineRequest) -> Bool {
        switch request.kind {
        case .statement(let text, let binds): send(text, binds)
        case .prepare(let name, let key): sendPrepare(name, key.text, key.types)
        case .prepared(let name, _, let binds): send(prepared: name, binds)
        // The simple protocol of scripts is not available in a pipeline.
        case .deallocate(let name): send("DEALLOCATE \(name)", Binds())
        }
    }
}
