/// A connection that listens, and waits nowhere but where the bell can call it away.
struct ListeningConnection {
    private let link: ConnectionHandle
    private let bell: WakeSignal
    private let ping: Duration
    private let patience: Duration
    private let callSite = PostgresError.CallSite(fileID: #fileID, line: #line)

    /// Listens to channels from now on.
    ///
    /// - Throws: ``PostgresError``, or `CancellationError` where the bell has rung.
    init(_ link: ConnectionHandle, _ listener: Listener, bell: WakeSignal) throws {
        self.link = link
        self.bell = bell
        ping = listener.ping
        patience = listener.patience
        try ask(listener.channels.map { "LISTEN " + (try link.quoted($0)) }.joined(separator: "; "))
    }

    /// Waits for notifications, and makes sure meanwhile that the server is still there.
    ///
    /// - Returns: The channels of those that arrived together, each once.
    /// - Throws: ``PostgresError``, or `CancellationError` where the bell has rung.
    func nextNotifications() throws -> [String] {
        while true {
            let channels = link.takeNotifications()
            guard channels.isEmpty else { return channels }
            if try !hearsSomething(until: .now + ping) { try ask("SELECT 1") }
        }
    }

    /// Sends a script and waits for the answer; notifications that come along are kept.
    private func ask(_ script: String) throws {
        let deadline = ContinuousClock.now + patience
        guard link.send(script: script) else { throw lost("nothing can be sent") }
        while try !link.takeAnswer(callSite) {
            guard try hearsSomething(until: deadline) else { throw lost("no answer in time") }
        }
    }

    /// Takes in what the server says next, unless it is silent for too long.
    private func hearsSomething(until deadline: ContinuousClock.Instant) throws -> Bool {
        switch bell.wait(for: link, until: deadline) {
        case .rung: throw CancellationError()
        case .late: return false
        case .ready:
            try link.receive(callSite)
            return true
        }
    }

    private func lost(_ message: String) -> PostgresError {
        PostgresError(kind: .connectionLost, message: message, callSite: callSite)
    }
}
