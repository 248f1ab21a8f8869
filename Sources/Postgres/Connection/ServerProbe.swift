import CLibpq
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// Finds out whether a server that has not answered for a while is still working on the statement.
///
/// A frozen server, a network that drops packets and a proxy that no longer forwards all leave a client waiting: the kernel
/// reports nothing. The probe connects again, to the same host, and asks whether the backend is active.
struct ServerProbe: Sendable {
    /// The answer of a probe.
    enum Finding {
        /// The server answers, and as far as it can be seen the statement is running.
        case working
        /// The server answers, and says that the backend has finished or is gone: its answer was lost on the way.
        case finished
        /// The server does not answer.
        case silent
    }

    /// The maximum time to connect and to be answered, each; libpq takes no less than two seconds.
    private static let answerTimeout: Duration = .seconds(3)

    private let settings: [(String, String)]
    /// The backend, where the process number is the server's own; PgBouncer invents one.
    private let processID: Int32?

    /// Prepares to probe the server at the other end of a connection.
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

    /// Asks the server; takes at most three times the patience.
    func run() -> Finding {
        let answer = withLibpqSettings(settings) { PQpingParams($0, $1, 1) }
        guard answer == PQPING_OK || answer == PQPING_REJECT else { return .silent }
        guard let processID, let isActive = isActive(processID) else { return .working }
        return isActive ? .working : .finished
    }

    /// Whether a backend runs a statement; `nil` where that cannot be found out.
    private func isActive(_ processID: Int32) -> Bool? {
        guard let connection = withLibpqSettings(settings, { PQconnectdbParams($0, $1, 1) }) else { return nil }
        defer { PQfinish(connection) }
        guard PQstatus(connection) == CONNECTION_OK else { return nil }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // Without the rights to see it, another role's state is NULL, and the statement counts as running.
        let question = """
            SELECT coalesce(bool_or(coalesce(state, 'active') IN ('active', 'fastpath function call')), false)
            FROM pg_stat_activity
            WHERE pid = \(processID)
            """
        guard PQsendQuery(connection, question) == 1 else { return nil }
        let deadline = ContinuousClock.now + Self.answerTimeout
        while PQisBusy(connection) == 1 {
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            guard .now < deadline, poll(&descriptor, 1, 100) >= 0, PQconsumeInput(connection) == 1 else { return nil }
        }
        guard let result = PQgetResult(connection) else { return nil }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK, let value = PQgetvalue(result, 0, 0) else { return nil }
        return String(cString: value) == "t"
    }
}

/// Lends keywords and values in the form that libpq takes.
func withLibpqSettings<Result>(
    _ settings: [(String, String)],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let keywords = settings.map { strdup($0.0) } + [nil]
    let values = settings.map { strdup($0.1) } + [nil]
    defer { (keywords + values).forEach { free($0) } }
    return body(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) })
}

/// How long to wait for an answer, and when to find out whether the server is still there.
struct AnswerWait {
    /// What to do when nothing has arrived.
    enum Step: Equatable {
        case waitOn, probe, giveUp
    }

    /// How long one wait for the socket lasts.
    static let milliseconds: Int32 = 250
    /// A server that does not answer within ten seconds of a cancellation is given up.
    private var cancellationsLeft = 40
    private let deadline: ContinuousClock.Instant
    /// Probes without an answer begin at least this long after one another: a busy server may take seconds to accept a
    /// connection.
    private static let spacing: Duration = .seconds(4)
    private let probeInterval: Duration
    private let probes: Int
    private var nextProbe: ContinuousClock.Instant
    private var silentProbes = 0

    /// Begins to wait.
    ///
    /// - Parameters:
    ///   - deadline: When the server is given up in any case.
    ///   - probeInterval: How long an answer is awaited before the server is asked whether it is still there.
    ///   - probes: How many probes in a row must remain without an answer before the server is given up.
    ///   - now: The present instant.
    init(
        until deadline: ContinuousClock.Instant, probeInterval: Duration, probes: Int,
        now: ContinuousClock.Instant = .now
    ) {
        self.deadline = deadline
        self.probeInterval = probeInterval
        self.probes = probes
        nextProbe = now + probeInterval
    }

    /// What to do at an instant at which nothing has arrived.
    func next(at now: ContinuousClock.Instant) -> Step {
        if now >= deadline { return .giveUp }
        return now >= nextProbe ? .probe : .waitOn
    }

    /// The server was asked, and is working.
    mutating func recordAnsweredProbe(at now: ContinuousClock.Instant) {
        silentProbes = 0
        nextProbe = now + probeInterval
    }

    /// The server was asked, and did not answer.
    ///
    /// - Parameter now: When the probe ended.
    /// - Returns: Whether it is worth waiting for.
    mutating func recordSilentProbe(at now: ContinuousClock.Instant) -> Bool {
        silentProbes += 1
        nextProbe = max(now, nextProbe + Self.spacing)
        return silentProbes < probes
    }

    /// Whether the answer to a cancelled statement is still waited for.
    mutating func waitsForCancellation() -> Bool {
        cancellationsLeft -= 1
        return cancellationsLeft > 0
    }
}
