#if canImport(Glibc)
import Glibc
#endif

/// A listening connection whose waits the wake signal can interrupt.
struct ListeningConnection {
    private let handle: ConnectionHandle
    private let wakeSignal: WakeSignal
    private let ping: Duration
    private let answerTimeout: Duration
    private let callSite = PostgresError.CallSite(fileID: #fileID, line: #line)

    /// Starts to listen to the channels.
    ///
    /// - Throws: ``PostgresError``, or `CancellationError` where the wake signal was fired.
    init(_ handle: ConnectionHandle, _ listener: Listener, wakeSignal: WakeSignal) throws {
        self.handle = handle
        self.wakeSignal = wakeSignal
        ping = listener.ping
        answerTimeout = listener.answerTimeout
        try execute(listener.channels.map { "LISTEN " + (try handle.quoted($0)) }.joined(separator: "; "))
    }

    /// Waits for notifications, and checks meanwhile that the server still answers.
    ///
    /// - Returns: The channels of the notifications that arrived together, each once.
    /// - Throws: ``PostgresError``, or `CancellationError` where the wake signal was fired.
    func nextNotifications() throws -> [String] {
        while true {
            let channels = handle.takeNotifications()
            guard channels.isEmpty else { return channels }
            if try !receivesInput(until: .now + ping) { try execute("SELECT 1") }
        }
    }

    /// Sends a script and waits for the response; notifications that arrive meanwhile are kept.
    private func execute(_ script: String) throws {
        let deadline = ContinuousClock.now + answerTimeout
        guard handle.send(script: script) else { throw connectionLost("nothing can be sent") }
        while try !handle.takeAnswer(callSite) {
            guard try receivesInput(until: deadline) else { throw connectionLost("no answer in time") }
        }
    }

    /// Reads the server's next input; returns `false` at the deadline.
    private func receivesInput(until deadline: ContinuousClock.Instant) throws -> Bool {
        switch wakeSignal.wait(for: handle, until: deadline) {
        case .fired: throw CancellationError()
        case .timedOut: return false
        case .ready:
            try handle.receive(callSite)
            return true
        }
    }

    private func connectionLost(_ message: String) -> PostgresError {
        PostgresError(kind: .connectionLost, message: message, callSite: callSite)
    }
}

/// A signal that interrupts a thread waiting for a server in poll(2); once fired, it stays fired.
final class WakeSignal: Sendable {
    /// The reason why a wait ended.
    enum WakeReason {
        /// The signal was fired.
        case fired
        /// The server has sent data or closed the connection, or accepts pending output.
        case ready
        /// The deadline has passed.
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

    /// Ends all waits, from any thread.
    func fire() {
        var octet: UInt8 = 1
        // A full buffer means that the signal was fired already.
        _ = send(writeEnd, &octet, 1, Int32(MSG_NOSIGNAL))
    }

    /// Waits for the signal, for the server of a connection, or until a deadline.
    func wait(for handle: ConnectionHandle? = nil, until deadline: ContinuousClock.Instant) -> WakeReason {
        // poll(2) ignores negative descriptors.
        let socket = handle?.pollDescriptor() ?? pollfd(fd: -1, events: 0, revents: 0)
        var descriptors = [pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0), socket]
        while true {
            let count = poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: deadline))
            if count == -1 && errno == EINTR { continue }
            if descriptors[0].revents != 0 { return .fired }
            return descriptors[1].revents != 0 ? .ready : .timedOut
        }
    }

    /// Returns the time until a deadline, rounded up so that the wait does not end before it.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        return left > .zero ? Int32(clamping: left.milliseconds + 1) : 0
    }
}
