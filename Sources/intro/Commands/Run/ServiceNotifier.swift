import Glibc

/// A client of systemd's notification protocol, sd_notify(3), without its library.
///
/// Does nothing without `NOTIFY_SOCKET`. A notification is a datagram: it is sent at once or dropped, and never blocks
/// or fails the caller. The variables stay in the environment, because other threads may be reading it; child processes
/// get an environment without them.
struct ServiceNotifier: Sendable {
    /// The interval within which the manager expects a keep-alive before it considers the process hung; `nil` without a
    /// watchdog.
    ///
    /// Call ``sendKeepAlive()`` at least twice per interval.
    let watchdogInterval: Duration?
    private let address: SocketAddress?

    /// Reads the address and the watchdog interval from the environment.
    ///
    /// - Parameters:
    ///   - environment: The environment variables, `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` among them.
    ///   - processID: The ID of this process.
    init(environment: [String: String], processID: Int32 = getpid()) {
        address = environment["NOTIFY_SOCKET"].flatMap(SocketAddress.init)
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
        watchdogInterval = address != nil && isForUs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// Notifies that the service is ready.
    func ready(_ status: String) {
        send("READY=1\n" + line(of: status))
    }

    /// Notifies that the service is not hung.
    func sendKeepAlive() {
        guard watchdogInterval != nil else { return }
        send("WATCHDOG=1")
    }

    /// Sets the status text for `systemctl status`.
    func status(_ status: String) {
        send(line(of: status))
    }

    /// Notifies that the service is stopping.
    func stopping(_ status: String) {
        send("STOPPING=1\n" + line(of: status))
    }

    /// Joins lines, because a second line would be parsed as another assignment.
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

    /// Parses an address in the form of `NOTIFY_SOCKET`; `@` stands for the zero octet at the start of an abstract
    /// name.
    init?(_ text: String) {
        var octets = Array(text.utf8)
        guard octets.count > 1, octets[0] == UInt8(ascii: "/") || octets[0] == UInt8(ascii: "@") else { return nil }
        // A path ends with a zero octet; the length of the address delimits an abstract name.
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
    /// Sends keep-alives while the process is healthy, until the task is cancelled.
    ///
    /// - Parameter isHealthy: Whether the process is healthy. While it is not, no keep-alives are sent, and the service
    ///   manager restarts the process after its watchdog interval.
    func keepAlive(while isHealthy: @Sendable () -> Bool) async {
        guard let watchdogInterval else { return }
        repeat {
            if isHealthy() { sendKeepAlive() }
        } while (try? await Task.sleep(for: watchdogInterval / 3)) != nil
    }
}
