import Glibc

/// Tells the service manager how this process is doing, where one has asked for it: sd_notify(3), without its library.
///
/// Elsewhere nothing happens. A notice is a datagram: it is sent at once or lost, it never blocks and never fails the
/// work. The variables stay in the environment, where other threads may be reading, and get no further: what this process
/// starts is given an environment of its own.
struct ServiceNotifier: Sendable {
    /// How long the manager waits for a sign of life before it takes this process for hung; `nil` when it does not watch.
    ///
    /// ``sendKeepAlive()`` should be called at least twice as often.
    let watchdogInterval: Duration?
    private let address: SocketAddress?

    /// Finds out whether somebody listens.
    ///
    /// - Parameters:
    ///   - environment: The environment variables, `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` among them.
    ///   - processID: The number of this process.
    init(environment: [String: String], processID: Int32 = getpid()) {
        address = environment["NOTIFY_SOCKET"].flatMap(SocketAddress.init)
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
        watchdogInterval = address != nil && isForUs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// The service does what it is for from now on.
    func ready(_ status: String) {
        send("READY=1\n" + line(of: status))
    }

    /// The service does not hang.
    func sendKeepAlive() {
        guard watchdogInterval != nil else { return }
        send("WATCHDOG=1")
    }

    /// The service does this now, in words for `systemctl status`.
    func status(_ status: String) {
        send(line(of: status))
    }

    /// The service has begun to stop.
    func stopping(_ status: String) {
        send("STOPPING=1\n" + line(of: status))
    }

    /// A second line would be taken for another assignment.
    private func line(of status: String) -> String {
        "STATUS=" + String(status.map { $0.isNewline ? " " : $0 })
    }

    private func send(_ notice: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let octets = Array(notice.utf8)
        address.withPointer { pointer, length in
            _ = sendto(descriptor, octets, octets.count, Int32(MSG_DONTWAIT), pointer, length)
        }
    }
}

/// The address of a Unix socket: a path, or a name in Linux's abstract namespace.
private struct SocketAddress: Sendable {
    private let octets: [UInt8]

    /// Reads an address as `NOTIFY_SOCKET` has it; `@` stands for the zero octet that abstract names begin with.
    init?(_ text: String) {
        var octets = Array(text.utf8)
        guard octets.count > 1, octets[0] == UInt8(ascii: "/") || octets[0] == UInt8(ascii: "@") else { return nil }
        // A path ends with a zero octet; an abstract name ends where the address does.
        if octets[0] == UInt8(ascii: "@") { octets[0] = 0 } else { octets.append(0) }
        guard octets.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        self.octets = octets
    }

    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let length = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0) + octets.count
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}

extension ServiceNotifier {
    /// Reports to the service manager that this process works, for as long as it does, until the task is cancelled.
    ///
    /// - Parameter isHealthy: Whether the process works. While it does not, nothing is reported, and the service manager
    ///   restarts the process after its watchdog interval.
    func keepAlive(while isHealthy: @Sendable () -> Bool) async {
        guard let watchdogInterval else { return }
        repeat {
            if isHealthy() { sendKeepAlive() }
        } while (try? await Task.sleep(for: watchdogInterval / 3)) != nil
    }
}
