import Locking
public import Logging

/// A listener to channels of a database (`LISTEN`, `NOTIFY`), with its own connection and thread.
///
/// Notifications are hints: they are lost while the connection is lost, and are not repeated. Check the tables for work
/// at each notification, at each `connected` event, and periodically.
///
/// PgBouncer in transaction mode does not forward notifications; do not use a listener with it.
public struct Listener: Sendable {
    let configuration: Database.Configuration
    let channels: [String]
    let ping: Duration
    let answerTimeout: Duration
    let logger: Logger
    /// The handler of each failure to connect or to listen, and of the recovery (`nil`); if set, neither is logged.
    ///
    /// A lost connection is reopened immediately; only a failed attempt counts as a failure.
    package var onChange: (@Sendable (PostgresError?) -> Void)?

    /// Creates a listener; it connects in ``run(_:)``.
    ///
    /// - Parameters:
    ///   - configuration: The connection's configuration.
    ///   - channels: The channel names, unquoted, with any characters; case is preserved.
    ///   - ping: The time without input after which the server is checked.
    ///   - answerTimeout: The server's time limit for a response. A silently lost connection is detected after both
    ///   times.
    ///   - logger: The logger; each outage is logged once.
    public init(
        _ configuration: Database.Configuration, channels: [String], ping: Duration = .seconds(15),
        answerTimeout: Duration = .seconds(5), logger: Logger
    ) {
        self.configuration = configuration
        self.channels = channels
        self.ping = ping
        self.answerTimeout = answerTimeout
        self.logger = logger
    }

    /// Listens until the task is cancelled, and reconnects whenever the connection is lost.
    ///
    /// After it returns, no event is delivered, and the connection is closed. Only a connection attempt, which libpq
    /// cannot interrupt, may end later, without an event.
    ///
    /// - Parameter onEvent: The handler of each event. It is called on the listener's own thread, to avoid a delay; no
    ///   other event is received meanwhile, so it must not block.
    /// - Throws: `CancellationError` when cancelled; ``PostgresError`` at the start only, where the process has no file
    ///   descriptors or threads left. An unreachable database is not an error: the connection is retried.
    public func run(_ onEvent: @escaping @Sendable (ListenerEvent) -> Void) async throws {
        try await ListenerRun(self, wakeSignal: try WakeSignal(), onEvent).run()
        throw CancellationError()
    }
}

/// An event of a ``Listener``.
public enum ListenerEvent: Sendable, Hashable {
    /// The listener has started to listen, for the first time or again.
    ///
    /// Earlier notifications were not received, so check for work now.
    case connected
    /// One or more notifications arrived on this channel.
    ///
    /// The name is the server's, which truncates names longer than 63 bytes.
    case notified(String)
    /// The connection was lost.
    ///
    /// No notification arrives until the next `connected`.
    case lost
}

/// A run of a ``Listener``: a thread that connects, listens, and reconnects when the connection is lost.
final class ListenerRun: Sendable {
    private enum Phase {
        /// The thread cannot be interrupted.
        case connecting
        /// The wake signal interrupts the thread.
        case interruptible
    }

    private struct State {
        var isCancelled = false
        var phase = Phase.connecting
        var caller: CheckedContinuation<PostgresError?, Never>?
    }

    private let listener: Listener
    private let wakeSignal: WakeSignal
    private let onEvent: @Sendable (ListenerEvent) -> Void
    private let state = Guarded(State())

    init(_ listener: Listener, wakeSignal: WakeSignal, _ onEvent: @escaping @Sendable (ListenerEvent) -> Void) {
        self.listener = listener
        self.wakeSignal = wakeSignal
        self.onEvent = onEvent
    }

    /// Runs until the task is cancelled and the thread has ended or delivers no more events.
    ///
    /// - Throws: ``PostgresError`` if the system starts no more threads.
    func run() async throws(PostgresError) {
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                let isCancelled = state.withLock { state in
                    if !state.isCancelled { state.caller = caller }
                    return state.isCancelled
                }
                guard !isCancelled else { return caller.resume(returning: nil) }
                do throws(PostgresError) {
                    try detachThread { self.work() }
                } catch {
                    end(error)
                }
            }
        } onCancel: {
            cancel()
        }
        if let failure { throw failure }
    }

    private func cancel() {
        let caller = state.withLock { state in
            state.isCancelled = true
            return state.phase == .connecting ? state.caller.take() : nil
        }
        wakeSignal.fire()
        caller?.resume(returning: nil)
    }

    private func end(_ failure: PostgresError? = nil) {
        state.withLock { $0.caller.take() }?.resume(returning: failure)
    }

    private func work() {
        var outage = ReconnectBackoff()
        while let failure = listen(&outage) {
            report(failure, isFirst: outage.fail(at: .now))
            guard wakeSignal.wait(until: .now + outage.pause()) == .timedOut else { break }
        }
        end()
    }

    private func report(_ failure: PostgresError, isFirst: Bool) {
        if let onChange = listener.onChange {
            if !isFirst || failure.kind == .unreachable { onChange(failure) }
        } else {
            listener.logger.log(
                level: isFirst ? .warning : .debug,
                "notifications are not received: no connection; trying again",
                metadata: ["error": "\(failure)"])
        }
    }

    private func reportEnd() {
        if let onChange = listener.onChange {
            onChange(nil)
        } else {
            listener.logger.notice("notifications are received again")
        }
    }

    /// Connects, and listens until an error occurs.
    ///
    /// - Returns: The error; `nil` where the caller has cancelled.
    private func listen(_ outage: inout ReconnectBackoff) -> PostgresError? {
        do {
            let connection = try ListeningConnection(try connect(), listener, wakeSignal: wakeSignal)
            if outage.end(at: .now) { reportEnd() }
            onEvent(.connected)
            do {
                while true { try connection.nextNotifications().forEach { onEvent(.notified($0)) } }
            } catch let error as PostgresError {
                onEvent(.lost)
                throw error
            }
        } catch {
            return error as? PostgresError
        }
    }

    /// Connects through libpq, which tries several hosts in turn and cannot be interrupted: a caller that cancels does
    /// not wait for it.
    private func connect() throws -> ConnectionHandle {
        try enter(.connecting)
        let handle = Result { try ConnectionHandle(listener.configuration) }
        try enter(.interruptible)
        return try handle.get()
    }

    /// Enters a phase; throws `CancellationError` where the caller has cancelled.
    private func enter(_ phase: Phase) throws {
        let isCancelled = state.withLock { state in
            if !state.isCancelled { state.phase = phase }
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }
}

/// The state of an outage, and the pause before the next connection attempt.
///
/// Pauses grow exponentially with full jitter, so that clients of the same server do not all reconnect
/// simultaneously.
struct ReconnectBackoff {
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(5)

    private var isUnderWay = false
    private var failures = 0
    private var connected: ContinuousClock.Instant?

    /// Records that the connection was lost or could not be opened.
    ///
    /// A connection that lasted no longer than the longest pause counts as one more consecutive failure, so that
    /// connections that are closed at once do not lead to faster attempts.
    ///
    /// - Returns: Whether an outage begins.
    mutating func fail(at now: ContinuousClock.Instant) -> Bool {
        if let connected, connected.duration(to: now) > Self.longestPause { failures = 0 }
        connected = nil
        failures += 1
        defer { isUnderWay = true }
        return !isUnderWay
    }

    /// Records that a connection was opened.
    ///
    /// - Returns: Whether an outage ends.
    mutating func end(at now: ContinuousClock.Instant) -> Bool {
        connected = now
        defer { isUnderWay = false }
        return isUnderWay
    }

    /// Returns the pause before the next attempt.
    ///
    /// - Parameter draw: A random number from 0 to 1.
    /// - Returns: The pause: from zero to 100 ms after the first failure, to 5 s in the end.
    func pause(draw: Double = .random(in: 0...1)) -> Duration {
        min(Self.longestPause, Self.firstPause * (1 << min(failures - 1, 10))) * draw
    }
}
