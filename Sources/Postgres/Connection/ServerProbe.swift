import CLibpq
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// A probe that determines whether a server that does not answer is still running the statement.
///
/// A frozen server, a network that drops packets and a stalled proxy all leave a client waiting, because the kernel
/// reports nothing. The probe opens another connection to the same host, and queries whether the backend is active.
struct ServerProbe: Sendable {
    /// The result of a probe.
    enum Finding {
        /// The server answers, and the statement is running as far as the role can see.
        case working
        /// The server answers, and the statement's commit waits for the synchronous standby.
        case awaitingStandby
        /// The server answers, and the backend is idle or has ended: its response was lost.
        case finished
        /// The server does not answer.
        case silent
    }

    /// The maximum time to connect, and to answer; libpq's minimum is two seconds.
    private static let answerTimeout: Duration = .seconds(3)

    private let settings: [(String, String)]
    /// The ID of the server process; `nil` behind PgBouncer, which invents one.
    private let processID: Int32?

    /// Creates a probe of the server that a connection uses.
    init(_ connection: OpaquePointer, _ configuration: Database.Configuration) {
        func text(_ value: UnsafePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
        settings =
            configuration.connectionSettings + [
                ("host", text(PQhost(connection))), ("hostaddr", text(PQhostaddr(connection))),
                ("port", text(PQport(connection))), ("target_session_attrs", "any"),
                ("connect_timeout", String(Self.answerTimeout.components.seconds)),
                ("application_name", configuration.applicationName + " probe"),
            ]
        processID = configuration.preparedStatements ? PQbackendPID(connection) : nil
    }

    /// Probes the server; takes at most three times ``answerTimeout``.
    func run() -> Finding {
        let answer = withLibpqSettings(settings) { PQpingParams($0, $1, 1) }
        guard answer == PQPING_OK || answer == PQPING_REJECT else { return .silent }
        guard let processID else { return .working }
        return finding(of: processID) ?? .working
    }

    /// Returns what a backend is doing; `nil` where that cannot be determined.
    private func finding(of processID: Int32) -> Finding? {
        guard let connection = withLibpqSettings(settings, { PQconnectdbParams($0, $1, 1) }) else { return nil }
        defer { PQfinish(connection) }
        guard PQstatus(connection) == CONNECTION_OK else { return nil }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // Without the privilege to see it, another role's state is NULL, and the statement counts as running.
        let query = """
            SELECT CASE WHEN bool_or(wait_event = 'SyncRep') THEN 'commit'
                        WHEN bool_or(coalesce(state, 'active') IN ('active', 'fastpath function call')) THEN 'active'
                        ELSE 'idle' END
            FROM pg_stat_activity
            WHERE pid = \(processID)
            """
        guard PQsendQuery(connection, query) == 1 else { return nil }
        let deadline = ContinuousClock.now + Self.answerTimeout
        while PQisBusy(connection) == 1 {
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            guard .now < deadline, poll(&descriptor, 1, 100) >= 0, PQconsumeInput(connection) == 1 else { return nil }
        }
        guard let result = PQgetResult(connection) else { return nil }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK, let value = PQgetvalue(result, 0, 0) else { return nil }
        switch String(cString: value) {
        case "commit": return .awaitingStandby
        case "active": return .working
        default: return .finished
        }
    }
}

/// Passes keywords and values to a body as the arrays that libpq takes.
func withLibpqSettings<Result>(
    _ settings: [(String, String)],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let keywords = settings.map { strdup($0.0) } + [nil]
    let values = settings.map { strdup($0.1) } + [nil]
    defer { (keywords + values).forEach { free($0) } }
    return body(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) })
}

/// The progress of waiting for an answer: when to probe the server, and when to give up.
struct AnswerWait {
    /// The next step when nothing has arrived.
    enum Step: Equatable {
        case waitOn, probe, giveUp
    }

    /// The duration of one wait for the socket.
    static let milliseconds: Int32 = 250
    /// The number of waits after a cancellation before the server is given up: 10 s in total.
    private var cancellationsLeft = 40
    private let deadline: ContinuousClock.Instant
    /// The minimum interval between the starts of unanswered probes: a busy server may take seconds to accept a
    /// connection.
    private static let spacing: Duration = .seconds(4)
    private let probeInterval: Duration
    private let probes: Int
    private var nextProbe: ContinuousClock.Instant
    private var silentProbes = 0

    /// Starts to wait.
    ///
    /// - Parameters:
    ///   - deadline: The time at which the server is given up in any case.
    ///   - probeInterval: The time without an answer after which the server is probed.
    ///   - probes: The number of consecutive unanswered probes after which the server is given up.
    ///   - now: The current time.
    init(
        until deadline: ContinuousClock.Instant, probeInterval: Duration, probes: Int,
        now: ContinuousClock.Instant = .now
    ) {
        self.deadline = deadline
        self.probeInterval = probeInterval
        self.probes = probes
        nextProbe = now + probeInterval
    }

    /// Returns the next step at an instant at which nothing has arrived.
    func next(at now: ContinuousClock.Instant) -> Step {
        if now >= deadline { return .giveUp }
        return now >= nextProbe ? .probe : .waitOn
    }

    /// Records that the server answered a probe and the statement is running.
    mutating func recordAnsweredProbe(at now: ContinuousClock.Instant) {
        silentProbes = 0
        nextProbe = now + probeInterval
    }

    /// Records that the server did not answer a probe.
    ///
    /// - Parameter now: The time at which the probe ended.
    /// - Returns: Whether to continue to wait for the server.
    mutating func recordSilentProbe(at now: ContinuousClock.Instant) -> Bool {
        silentProbes += 1
        nextProbe = max(now, nextProbe + Self.spacing)
        return silentProbes < probes
    }

    /// Returns whether to continue to wait for the response to a cancelled statement.
    mutating func waitsForCancellation() -> Bool {
        cancellationsLeft -= 1
        return cancellationsLeft > 0
    }
}
