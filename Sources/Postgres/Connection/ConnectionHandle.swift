import CLibpq
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// A `PGconn`: sends statements and waits for their results.
///
/// It belongs to one thread at a time.
final class ConnectionHandle {
    private let pointer: OpaquePointer
    private let probe: ServerProbe
    private let probeInterval: Duration
    /// How many probes in a row must remain without an answer before the server is given up.
    private let probes: Int
    let canceller: StatementCanceller
    /// The maximum time to wait for an answer; a little more than the server's own statement timeout.
    var answerTimeout: Duration

    /// Connects, as libpq defines it: several hosts, `target_session_attrs`, `PG*` and the password file included.
    init(_ configuration: Database.Configuration) throws(PostgresError) {
        try configuration.validate()
        let connection = withLibpqSettings(configuration.connectionSettings) { PQconnectdbParams($0, $1, 1) }
        guard let connection else { throw PostgresError(kind: .unreachable, message: "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(connection))
            PQfinish(connection)
            var error = PostgresError(kind: .unreachable, message: message)
            error.sqlState = RefusedConnection.sqlState(configuration)
            throw error
        }
        // Notices are meant for a terminal, and this is none.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // What the kernel does not take at once is sent while waiting, so that no send can block for ever.
        PQsetnonblocking(connection, 1)
        pointer = connection
        probe = ServerProbe(connection, configuration)
        probeInterval = configuration.probeInterval
        // Where there is another server to go to, less time is lost by waiting for a slow one.
        probes = configuration.hasSeveralHosts ? 2 : 4
        answerTimeout = configuration.answerTimeout
        canceller = StatementCanceller(connection)
    }

    deinit {
        PQfinish(pointer)
    }

    var processID: Int32 { PQbackendPID(pointer) }

    /// The connection was given up, because the server no longer answers.
    private var isAbandoned = false

    var isBroken: Bool { isAbandoned || PQstatus(pointer) != CONNECTION_OK }

    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }

    /// Whether the server has spoken or hung up while nothing was asked: such a connection is not worth using.
    var hasGoneStale: Bool {
        var octet: UInt8 = 0
        let received = recv(PQsocket(pointer), &octet, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return isBroken || received >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
    }

    /// Sends a statement with its binds, unprepared.
    func send(_ text: String, _ binds: Binds) -> Bool {
        binds.withParameters { count, types, values, lengths, formats in
            PQsendQueryParams(pointer, text, count, types, values, lengths, formats, 1) == 1
        }
    }

    /// Sends the binds of a prepared statement.
    func send(prepared name: String, _ binds: Binds) -> Bool {
        binds.withParameters { count, _, values, lengths, formats in
            PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1) == 1
        }
    }

    /// Asks for a statement to be prepared.
    func sendPrepare(_ name: String, _ text: String, _ types: [UInt32]) -> Bool {
        PQsendPrepare(pointer, name, text, Int32(types.count), types) == 1
    }

    /// Sends a script of statements without binds.
    func send(script: String) -> Bool {
        PQsendQuery(pointer, script) == 1
    }

    /// Waits for the answer to what was sent.
    ///
    /// - Parameters:
    ///   - sent: What sending came to.
    ///   - callSite: The statement, for errors.
    /// - Returns: The last result, or the first one that failed.
    /// - Throws: ``PostgresError``: what the server refused, or that the connection broke.
    func answer(_ sent: Bool, _ callSite: PostgresError.CallSite) throws(PostgresError) -> ResultMemory {
        guard sent else { throw lost(callSite) }
        var last: ResultMemory?
        var failure: PostgresError?
        var waiting = AnswerWait(until: .now + answerTimeout, probeInterval: probeInterval, probes: probes)
        try flush(&waiting, callSite)
        while let result = try nextResult(&waiting, callSite) {
            switch PQresultStatus(result.pointer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // It would answer so for ever. The connection is not idle now, and will be hung up when it comes back.
                throw PostgresError(kind: .server, message: "COPY has no place here", callSite: callSite)
            default: failure = failure ?? PostgresError(result, connectionLost: isBroken, callSite: callSite)
            }
            // A broken connection answers for ever.
            if isBroken { throw failure ?? lost(callSite) }
        }
        if let failure { throw failure }
        guard let last else { throw lost(callSite) }
        return last
    }

    /// Sends what is left to be sent, and tells what to wait for on the socket.
    func pollDescriptor() -> pollfd {
        let isLeft = PQflush(pointer) == 1
        return pollfd(fd: PQsocket(pointer), events: Int16(isLeft ? POLLIN | POLLOUT : POLLIN), revents: 0)
    }

    /// Takes in what the server has said, without waiting for more.
    func receive(_ callSite: PostgresError.CallSite) throws(PostgresError) {
        guard PQconsumeInput(pointer) == 1 else { throw lost(callSite) }
    }

    /// Passes over the results that have been received.
    ///
    /// - Parameter callSite: The statement, for errors.
    /// - Returns: Whether that was the whole answer to what was sent.
    /// - Throws: ``PostgresError``: what the server refused, or that the connection broke.
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

    /// Takes the notifications that have been received.
    ///
    /// - Returns: Their channels, each once, in the order in which they came.
    func takeNotifications() -> [String] {
        var channels: [String] = []
        while let notification = PQnotifies(pointer) {
            defer { PQfreemem(notification) }
            let channel = String(cString: notification.pointee.relname)
            if !channels.contains(channel) { channels.append(channel) }
        }
        return channels
    }

    /// A name as it is written in a statement, whatever its characters.
    func quoted(_ name: String) throws(PostgresError) -> String {
        guard let quoted = PQescapeIdentifier(pointer, name, name.utf8.count) else {
            throw PostgresError(kind: .encoding, message: String(cString: PQerrorMessage(pointer)))
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    /// Sends what the kernel has not taken yet.
    private func flush(_ waiting: inout AnswerWait, _ callSite: PostgresError.CallSite) throws(PostgresError) {
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1: try wait(for: POLLIN | POLLOUT, &waiting, callSite)
            default: throw lost(callSite)
            }
        }
    }

    private func nextResult(
        _ waiting: inout AnswerWait, _ callSite: PostgresError.CallSite
    ) throws(PostgresError) -> ResultMemory? {
        while PQisBusy(pointer) == 1 { try wait(for: POLLIN, &waiting, callSite) }
        return PQgetResult(pointer).map { ResultMemory($0) }
    }

    /// Waits for the socket a quarter of a second, and checks meanwhile whether the wait makes sense.
    private func wait(
        for events: Int32, _ waiting: inout AnswerWait, _ callSite: PostgresError.CallSite
    ) throws(PostgresError) {
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(events), revents: 0)
        if poll(&descriptor, 1, AnswerWait.milliseconds) != 0 {
            if descriptor.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, PQconsumeInput(pointer) == 0 {
                throw lost(callSite)
            }
            return
        }
        if canceller.isRequested {
            guard waiting.waitsForCancellation() else { throw silent(callSite) }
            canceller.deliver()
        }
        switch waiting.next(at: .now) {
        case .waitOn: return
        case .giveUp: throw silent(callSite)
        case .probe:
            switch probe.run() {
            case .working: waiting.recordAnsweredProbe(at: .now)
            case .silent: guard waiting.recordSilentProbe(at: .now) else { throw silent(callSite) }
            case .finished:
                // The answer may have arrived while the server was asked.
                descriptor.revents = 0
                guard poll(&descriptor, 1, 1000) > 0 else { throw silent(callSite) }
            }
        }
    }

    /// The server no longer answers: nothing more is expected of this connection.
    private func silent(_ callSite: PostgresError.CallSite) -> PostgresError {
        var error = PostgresError(
            kind: .connectionLost, message: "the database server does not answer", callSite: callSite)
        error.isUnresponsive = true
        isAbandoned = true
        return error
    }

    private func lost(_ callSite: PostgresError.CallSite) -> PostgresError {
        PostgresError(kind: .connectionLost, message: String(cString: PQerrorMessage(pointer)), callSite: callSite)
    }
}

/// Why a server refuses connections.
enum RefusedConnection {
    /// The SQLSTATE with which the server refuses a connection; `nil` where none was given.
    ///
    /// libpq's messages are in the server's language, and `PQconnectdbParams` reports no code: connect again, with the code
    /// in the message.
    static func sqlState(_ configuration: Database.Configuration) -> String? {
        let connection = withLibpqSettings(configuration.connectionSettings) { PQconnectStartParams($0, $1, 1) }
        guard let connection else { return nil }
        defer { PQfinish(connection) }
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        let deadline = ContinuousClock.now + .seconds(2)
        var step = PGRES_POLLING_WRITING
        while step == PGRES_POLLING_WRITING || step == PGRES_POLLING_READING, .now < deadline,
            PQstatus(connection) != CONNECTION_BAD
        {
            let events = step == PGRES_POLLING_WRITING ? POLLOUT : POLLIN
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            if poll(&descriptor, 1, 100) > 0 { step = PQconnectPoll(connection) }
        }
        return code(in: String(cString: PQerrorMessage(connection)))
    }

    /// The last SQLSTATE in a verbose message, which reads `FATAL:  57P03: the database system is starting up`.
    static func code(in message: String) -> String? {
        for line in message.split(separator: "\n").reversed() {
            for part in line.split(separator: ":").dropFirst() {
                let word = part.drop { $0 == " " }
                if isCode(word) { return String(word) }
            }
        }
        return nil
    }

    private static func isCode(_ word: Substring) -> Bool {
        let (digits, capitals) = (UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"))
        return word.utf8.count == 5
            && word.utf8.allSatisfy { digits.contains($0) || capitals.contains($0) }
            && word.utf8.contains { digits.contains($0) }
    }
}
