public import Logging

/// Listens to channels of a database (`LISTEN`, `NOTIFY`), on a connection and a thread of its own.
///
/// What it tells are hints: a notification is lost while the connection is, and nobody repeats it. Whoever acts on one
/// looks into the tables for what there is to do, does so at every `connected` too, and from time to time in any case.
///
/// PgBouncer in transaction mode forwards no notifications; there, do without a listener.
public struct Listener: Sendable {
    let configuration: Database.Configuration
    let channels: [String]
    let ping: Duration
    let answerTimeout: Duration
    let logger: Logger
    /// Called with each failure to connect or to listen, and with `nil` when it listens again; the listener then logs
    /// neither.
    ///
    /// A lost connection is opened again at once; only a failed attempt counts as a failure.
    package var onChange: (@Sendable (PostgresError?) -> Void)?

    /// Describes a listener; nothing is opened before ``run(_:)``.
    ///
    /// - Parameters:
    ///   - configuration: How to connect.
    ///   - channels: What to listen to: names as they are, without quotes, in whatever case and of whatever characters.
    ///   - ping: After how long without a word the server is asked whether it is still there.
    ///   - answerTimeout: How long the server may take to answer. A connection that was cut silently is found after both.
    ///   - logger: Told of each outage once.
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

    /// Listens until the task is cancelled, and connects anew whenever the connection is lost.
    ///
    /// When it returns, nothing more is heard, and the connection is closed. Only an attempt to connect, which libpq
    /// cannot break off, may end later by itself, unheard.
    ///
    /// - Parameter onEvent: What to do at each event. It is called on the listener's own thread, so that nothing stands
    ///   between the server's word and it; meanwhile nothing else is heard, so it must not wait for anybody.
    /// - Throws: `CancellationError` when cancelled; ``PostgresError`` at the start only, where the process may open no
    ///   more files. That the database cannot be reached is no error: it is tried again.
    public func run(_ onEvent: @escaping @Sendable (ListenerEvent) -> Void) async throws {
        await ListenerRun(self, wakeSignal: try WakeSignal(), onEvent).run()
        throw CancellationError()
    }
}

/// What a ``Listener`` tells.
public enum ListenerEvent: Sendable, Hashable {
    /// It listens from now on, for the first time or again.
    ///
    /// What was notified before has not been heard: whoever waits for work looks for it now.
    case connected
    /// Something was notified on this channel, once or many times.
    ///
    /// The name is the one that the server has, of which a longer one than 63 octets is only the beginning.
    case notified(String)
    /// The connection was lost.
    ///
    /// Nothing is heard until it is `connected` again.
    case lost
}

/// One run of a ``Listener``: a thread that connects, listens, and begins anew when the connection is lost.
final class ListenerRun: Sendable {
    private enum Phase {
        /// Nothing can call the thread away.
        case connecting
        /// The bell can.
        case interruptible
    }

    private struct State {
        var isCancelled = false
        var phase = Phase.connecting
        var caller: CheckedContinuation<Void, Never>?
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

    /// Returns when the task is cancelled, and the thread is done or will not be heard of again.
    func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                let isCancelled = state.withLock { state in
                    if !state.isCancelled { state.caller = caller }
                    return state.isCancelled
                }
                guard !isCancelled else { return caller.resume() }
                detachThread { self.work() }
            }
        } onCancel: {
            cancel()
        }
    }

    private func cancel() {
        let caller = state.withLock { state in
            state.isCancelled = true
            return state.phase == .connecting ? state.caller.take() : nil
        }
        wakeSignal.fire()
        caller?.resume()
    }

    private func work() {
        var outage = ReconnectBackoff()
        while let failure = listen(&outage) {
            report(failure, isFirst: outage.fail(at: .now))
            guard wakeSignal.wait(until: .now + outage.pause()) == .timedOut else { break }
        }
        state.withLock { $0.caller.take() }?.resume()
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
            listener.logger.notice("notifications are heard again")
        }
    }

    /// Connects, and listens for as long as that goes well.
    ///
    /// Returns why it went no further; `nil` where the caller is gone.
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

    /// libpq alone knows how to try several hosts in turn, and does not let itself be interrupted: a caller who wants no
    /// more goes on without waiting for it.
    private func connect() throws -> ConnectionHandle {
        try enter(.connecting)
        let handle = Result { try ConnectionHandle(listener.configuration) }
        try enter(.interruptible)
        return try handle.get()
    }

    /// Throws `CancellationError` where the caller is gone, or about to go.
    private func enter(_ phase: Phase) throws {
        let isCancelled = state.withLock { state in
            if !state.isCancelled { state.phase = phase }
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }
}

/// A time without a connection, and how long to pause before the next try.
///
/// Pauses grow exponentially and are drawn from zero on (full jitter), so that those who lost the same server do not
/// all come back at once.
struct ReconnectBackoff {
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(5)

    private var isUnderWay = false
    private var failures = 0
    private var connected: ContinuousClock.Instant?

    /// The connection was lost, or none was to be had.
    ///
    /// A connection that did not last is one failure more in a row: who is let in only to be thrown out does not knock
    /// ever faster.
    ///
    /// - Returns: Whether this is how the outage begins.
    mutating func fail(at now: ContinuousClock.Instant) -> Bool {
        if let connected, connected.duration(to: now) > Self.longestPause { failures = 0 }
        connected = nil
        failures += 1
        defer { isUnderWay = true }
        return !isUnderWay
    }

    /// A connection was made.
    ///
    /// - Returns: Whether an outage ends with it.
    mutating func end(at now: ContinuousClock.Instant) -> Bool {
        connected = now
        defer { isUnderWay = false }
        return isUnderWay
    }

    /// How long to wait before the next try.
    ///
    /// - Parameter draw: What chance has drawn, from 0 to 1.
    /// - Returns: From nothing to a tenth of a second at first, to five seconds in the end.
    func pause(draw: Double = .random(in: 0...1)) -> Duration {
        min(Self.longestPause, Self.firstPause * (1 << min(failures - 1, 10))) * draw
    }
}
