#if canImport(Glibc)
import Glibc
#endif

/// A connection that listens, and waits nowhere but where the bell can call it away.
struct ListeningConnection {
    private let handle: ConnectionHandle
    private let wakeSignal: WakeSignal
    private let ping: Duration
    private let answerTimeout: Duration
    private let callSite = PostgresError.CallSite(fileID: #fileID, line: #line)

    /// Listens to channels from now on.
    ///
    /// - Throws: ``PostgresError``, or `CancellationError` where the bell has rung.
    init(_ handle: ConnectionHandle, _ listener: Listener, wakeSignal: WakeSignal) throws {
        self.handle = handle
        self.wakeSignal = wakeSignal
        ping = listener.ping
        answerTimeout = listener.answerTimeout
        try execute(listener.channels.map { "LISTEN " + (try handle.quoted($0)) }.joined(separator: "; "))
    }

    /// Waits for notifications, and makes sure meanwhile that the server is still there.
    ///
    /// - Returns: The channels of those that arrived together, each once.
    /// - Throws: ``PostgresError``, or `CancellationError` where the bell has rung.
    func nextNotifications() throws -> [String] {
        while true {
            let channels = handle.takeNotifications()
            guard channels.isEmpty else { return channels }
            if try !receivesInput(until: .now + ping) { try execute("SELECT 1") }
        }
    }

    /// Sends a script and waits for the answer; notifications that come along are kept.
    private func execute(_ script: String) throws {
        let deadline = ContinuousClock.now + answerTimeout
        guard handle.send(script: script) else { throw lost("nothing can be sent") }
        while try !handle.takeAnswer(callSite) {
            guard try receivesInput(until: deadline) else { throw lost("no answer in time") }
        }
    }

    /// Takes in what the server says next, unless it is silent for too long.
    private func receivesInput(until deadline: ContinuousClock.Instant) throws -> Bool {
        switch wakeSignal.wait(for: handle, until: deadline) {
        case .fired: throw CancellationError()
        case .timedOut: return false
        case .ready:
            try handle.receive(callSite)
            return true
        }
    }

    private func lost(_ message: String) -> PostgresError {
        PostgresError(kind: .connectionLost, message: message, callSite: callSite)
    }
}

/// Calls away a thread that waits for a server in poll(2); once rung, it stays rung.
final class WakeSignal: Sendable {
    /// Why a wait is over.
    enum WakeReason {
        /// The bell was rung.
        case fired
        /// The server has spoken or hung up, or takes what is left to be sent.
        case ready
        /// The time is up.
        case timedOut
    }

    private let readEnd: Int32
    private let writeEnd: Int32

    init() throws(PostgresError) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw PostgresError(kind: .unreachable, message: "no sockets: \(String(cString: strerror(errno)))")
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Wakes whoever waits, from any thread.
    func fire() {
        var octet: UInt8 = 1
        // Where it takes no more, it has been rung already.
        _ = send(writeEnd, &octet, 1, Int32(MSG_NOSIGNAL))
    }

    /// Waits for the bell, for the server at the other end of a link, or for a time.
    func wait(for handle: ConnectionHandle? = nil, until deadline: ContinuousClock.Instant) -> WakeReason {
        // poll(2) passes over a descriptor that is negative.
        let socket = handle?.pollDescriptor() ?? pollfd(fd: -1, events: 0, revents: 0)
        var descriptors = [pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0), socket]
        while true {
            let count = poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: deadline))
            if count == -1 && errno == EINTR { continue }
            if descriptors[0].revents != 0 { return .fired }
            return descriptors[1].revents != 0 ? .ready : .timedOut
        }
    }

    /// Rounded up: who wakes too early would have to wait again.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        return left > .zero ? Int32(clamping: left.milliseconds + 1) : 0
    }
}
