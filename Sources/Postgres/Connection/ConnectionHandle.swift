import CLibcrypto
import CLibpq
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// A libpq connection (`PGconn`), which sends statements and waits for their results.
///
/// It must be used by one thread at a time.
final class ConnectionHandle {
    private let pointer: OpaquePointer
    private let probe: ServerProbe
    private let probeInterval: Duration
    /// The number of consecutive unanswered probes after which the server is given up.
    private let probes: Int
    let canceller: StatementCanceller
    let commitWarning = CommitWarning()
    /// The maximum time to wait for an answer, a little more than the server's statement timeout.
    var answerTimeout: Duration

    /// Connects by libpq's rules, including several hosts, `target_session_attrs`, `PG*` variables and the password
    /// file.
    init(_ configuration: Database.Configuration) throws(PostgresError) {
        try configuration.validate()
        _ = Self.keepsOpenSSLAtExit
        let connection = withLibpqSettings(configuration.connectionSettings) { PQconnectdbParams($0, $1, 1) }
        guard let connection else { throw PostgresError(kind: .unreachable, message: "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(connection))
            PQfinish(connection)
            var error = PostgresError(kind: .unreachable, message: message)
            error.sqlState = RefusedConnection.sqlState(configuration)
            throw error
        }
        commitWarning.receive(from: connection)
        // Data that the kernel does not accept at once is sent while waiting, so that a send cannot block indefinitely.
        PQsetnonblocking(connection, 1)
        pointer = connection
        probe = ServerProbe(connection, configuration)
        probeInterval = configuration.probeInterval
        // With another host to connect to, it is better to give up a slow one sooner.
        probes = configuration.hasSeveralHosts ? 2 : 4
        answerTimeout = configuration.answerTimeout
        canceller = StatementCanceller(connection)
    }

    deinit {
        PQfinish(pointer)
    }

    /// Keeps OpenSSL usable while the process exits: another thread may still wait for a server or close a connection,
    /// and would crash after OpenSSL's own clean-up.
    private static let keepsOpenSSLAtExit = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    var processID: Int32 { PQbackendPID(pointer) }

    /// The server that libpq has chosen.
    var server: ConnectedServer {
        ConnectedServer(
            host: String(cString: PQhost(pointer)), port: String(cString: PQport(pointer)),
            database: String(cString: PQdb(pointer)), user: String(cString: PQuser(pointer)),
            isEncrypted: PQsslInUse(pointer) == 1, certificateEnd: certificateEnd)
    }

    private var certificateEnd: Date? {
        let end = intro_server_certificate_end(PQsslStruct(pointer, "OpenSSL"))
        return end < 0 ? nil : Date(timeIntervalSince1970: TimeInterval(end))
    }

    /// Whether the connection was abandoned because the server no longer answers.
    private var isAbandoned = false

    var isBroken: Bool { isAbandoned || PQstatus(pointer) != CONNECTION_OK }

    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }

    /// Whether the server sent data or closed the connection while it was idle; such a connection is not reusable.
    var hasGoneStale: Bool {
        var octet: UInt8 = 0
        let received = recv(PQsocket(pointer), &octet, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return isBroken || received >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
    }

    /// Sends an unprepared statement with its binds.
    func send(_ text: String, _ binds: Binds) -> Bool {
        binds.withParameters { count, types, values, lengths, formats in
            PQsendQueryParams(pointer, text, count, types, values, lengths, formats, 1) == 1
        }
    }

    /// Sends a prepared statement's binds.
    func send(prepared name: String, _ binds: Binds) -> Bool {
        binds.withParameters { count, _, values, lengths, formats in
            PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1) == 1
        }
    }

    /// Sends a request to prepare a statement.
    func sendPrepare(_ name: String, _ text: String, _ types: [UInt32]) -> Bool {
        PQsendPrepare(pointer, name, text, Int32(types.count), types) == 1
    }

    /// Sends a script of statements without binds.
    func send(script: String) -> Bool {
        PQsendQuery(pointer, script) == 1
    }

    /// Waits for the response to the last request.
    ///
    /// - Parameters:
    ///   - sent: Whether the request could be sent.
    ///   - callSite: The statement, for errors.
    /// - Returns: The last result, or the first one that failed.
    /// - Throws: ``PostgresError``: the server's error, or the loss of the connection.
    func answer(_ sent: Bool, _ callSite: PostgresError.CallSite) throws(PostgresError) -> ResultMemory {
        guard sent else { throw connectionLost(callSite) }
        var last: ResultMemory?
        var failure: PostgresError?
        var waiting = startWaiting()
        try flush(&waiting, callSite)
        while let result = try nextResult(&waiting, callSite) {
            switch PQresultStatus(result.pointer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // libpq would return this result repeatedly. The connection is not idle now, and is closed on return to
                // the pool.
                throw PostgresError(kind: .server, message: "COPY is not supported", callSite: callSite)
            default: failure = failure ?? PostgresError(result, connectionLost: isBroken, callSite: callSite)
            }
            // A broken connection returns results indefinitely.
            if isBroken { throw failure ?? connectionLost(callSite) }
        }
        let isUnreplicated = commitWarning.take()
        if let failure { throw failure }
        if isUnreplicated { throw CommitWarning.error(callSite) }
        guard let last else { throw connectionLost(callSite) }
        return last
    }

    /// Starts a pipeline.
    func enterPipelineMode() -> Bool { PQenterPipelineMode(pointer) == 1 }

    /// Ends the requests of a pipeline.
    func sendSync() -> Bool { PQpipelineSync(pointer) == 1 }

    /// Ends a pipeline whose results have been read.
    func exitPipelineMode() -> Bool { PQexitPipelineMode(pointer) == 1 }

    /// Starts to wait for an answer.
    func startWaiting() -> AnswerWait {
        AnswerWait(until: .now + answerTimeout, probeInterval: probeInterval, probes: probes)
    }

    /// Flushes pending output, and returns the events to wait for on the socket.
    func pollDescriptor() -> pollfd {
        let isLeft = PQflush(pointer) == 1
        return pollfd(fd: PQsocket(pointer), events: Int16(isLeft ? POLLIN | POLLOUT : POLLIN), revents: 0)
    }

    /// Reads available input without blocking.
    func receive(_ callSite: PostgresError.CallSite) throws(PostgresError) {
        guard PQconsumeInput(pointer) == 1 else { throw connectionLost(callSite) }
    }

    /// Discards the results that have been received.
    ///
    /// - Parameter callSite: The statement, for errors.
    /// - Returns: Whether the response is complete.
    /// - Throws: ``PostgresError``: the server's error, or the loss of the connection.
    func takeAnswer(_ callSite: PostgresError.CallSite) throws(PostgresError) -> Bool {
        while PQisBusy(pointer) == 0 {
            guard let result = PQgetResult(pointer).map({ ResultMemory($0) }) else { return true }
            switch PQresultStatus(result.pointer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: continue
            default: throw PostgresError(result, connectionLost: isBroken, callSite: callSite)
            }
        }
        return false
    }

    /// Removes and returns the received notifications.
    ///
    /// - Returns: The channels, each once, in order of arrival.
    func takeNotifications() -> [String] {
        var channels: [String] = []
        while let notification = PQnotifies(pointer) {
            defer { PQfreemem(notification) }
            let channel = String(cString: notification.pointee.relname)
            if !channels.contains(channel) { channels.append(channel) }
        }
        return channels
    }

    /// Returns a name as a quoted SQL identifier.
    func quoted(_ name: String) throws(PostgresError) -> String {
        guard let quoted = PQescapeIdentifier(pointer, name, name.utf8.count) else {
            throw PostgresError(kind: .encoding, message: String(cString: PQerrorMessage(pointer)))
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    /// Sends pending output.
    func flush(_ waiting: inout AnswerWait, _ callSite: PostgresError.CallSite) throws(PostgresError) {
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1: try wait(for: POLLIN | POLLOUT, &waiting, callSite)
            default: throw connectionLost(callSite)
            }
        }
    }

    /// Waits for the next result; `nil` after the last one of a request.
    func nextResult(
        _ waiting: inout AnswerWait, _ callSite: PostgresError.CallSite
    ) throws(PostgresError) -> ResultMemory? {
        while PQisBusy(pointer) == 1 { try wait(for: POLLIN, &waiting, callSite) }
        return PQgetResult(pointer).map { ResultMemory($0) }
    }

    /// Waits up to 250 ms for the socket, and checks whether to continue to wait.
    private func wait(
        for events: Int32, _ waiting: inout AnswerWait, _ callSite: PostgresError.CallSite
    ) throws(PostgresError) {
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(events), revents: 0)
        if poll(&descriptor, 1, AnswerWait.milliseconds) != 0 {
            if descriptor.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, PQconsumeInput(pointer) == 0 {
                throw connectionLost(callSite)
            }
            return
        }
        if canceller.isRequested {
            guard waiting.waitsForCancellation() else { throw unresponsive(callSite) }
            canceller.deliver()
        }
        switch waiting.next(at: .now) {
        case .waitOn: return
        case .giveUp:
            let isUnreplicated = probe.run() == .awaitingStandby
            let error = unresponsive(callSite)
            throw isUnreplicated ? CommitWarning.error(callSite) : error
        case .probe:
            switch probe.run() {
            case .working, .awaitingStandby: waiting.recordAnsweredProbe(at: .now)
            case .silent: guard waiting.recordSilentProbe(at: .now) else { throw unresponsive(callSite) }
            case .finished:
                // The response may have arrived while the server was probed.
                descriptor.revents = 0
                guard poll(&descriptor, 1, 1000) > 0 else { throw unresponsive(callSite) }
            }
        }
    }

    /// Abandons the connection because the server no longer answers, and returns the error.
    private func unresponsive(_ callSite: PostgresError.CallSite) -> PostgresError {
        var error = PostgresError(
            kind: .connectionLost, message: "the database server does not answer", callSite: callSite)
        error.isUnresponsive = true
        isAbandoned = true
        return error
    }

    /// Returns the error for a connection that was lost.
    func connectionLost(_ callSite: PostgresError.CallSite) -> PostgresError {
        PostgresError(kind: .connectionLost, message: String(cString: PQerrorMessage(pointer)), callSite: callSite)
    }
}
