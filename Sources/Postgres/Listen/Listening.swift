import Logging

/// One run of a ``Listener``: a thread that connects, listens, and begins anew when the connection is lost.
final class Listening: Sendable {
    private enum Phase {
        /// Nothing can call the thread away.
        case connecting
        /// The bell can.
        case attentive
    }

    private struct State {
        var isCancelled = false
        var phase = Phase.connecting
        var caller: CheckedContinuation<Void, Never>?
    }

    private let listener: Listener
    private let bell: WakeSignal
    private let heard: @Sendable (ListenerEvent) -> Void
    private let state = Guarded(State())

    init(_ listener: Listener, bell: WakeSignal, _ heard: @escaping @Sendable (ListenerEvent) -> Void) {
        self.listener = listener
        self.bell = bell
        self.heard = heard
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
        bell.ring()
        caller?.resume()
    }

    private func work() {
        var outage = Outage()
        while let failure = listen(&outage) {
            report(failure, isFirst: outage.fail(at: .now))
            guard bell.wait(until: .now + outage.pause()) == .late else { break }
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
    private func listen(_ outage: inout Outage) -> PostgresError? {
        do {
            let connection = try ListeningConnection(try connect(), listener, bell: bell)
            if outage.end(at: .now) { reportEnd() }
            heard(.connected)
            do {
                while true { try connection.nextNotifications().forEach { heard(.notified($0)) } }
            } catch let error as PostgresError {
                heard(.lost)
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
        let link = Result { try ConnectionHandle(listener.configuration) }
        try enter(.attentive)
        return try link.get()
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
