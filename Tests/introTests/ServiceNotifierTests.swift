import Foundation
import Testing

@testable import intro

@Suite("notifications to the service manager")
struct ServiceNotifierTests {
    @Test("sends notifications in the format of systemd", arguments: Listener.Kind.allCases)
    func notices(kind: Listener.Kind) throws {
        let listener = try Listener(kind)
        let notifier = ServiceNotifier(
            environment: ["NOTIFY_SOCKET": listener.name, "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"])
        notifier.ready("serving mail and rules")
        notifier.sendKeepAlive()
        notifier.status("4 jobs running")
        notifier.stopping("4 jobs to finish")
        #expect(
            listener.received() == [
                "READY=1\nSTATUS=serving mail and rules", "WATCHDOG=1", "STATUS=4 jobs running",
                "STOPPING=1\nSTATUS=4 jobs to finish",
            ])
    }

    @Test("uses the watchdog interval if it is valid and for this process")
    func watchdog() throws {
        let listener = try Listener(.path)
        func interval(_ variables: [String: String]) -> Duration? {
            ServiceNotifier(environment: variables.merging(["NOTIFY_SOCKET": listener.name]) { $1 }, processID: 42)
                .watchdogInterval
        }
        #expect(interval(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
        #expect(interval(["WATCHDOG_USEC": "1500", "WATCHDOG_PID": "42"]) == .microseconds(1500))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "41"]) == nil)
        for wrong in ["", "0", "-1", "30s", "1e6", "99999999999999999999"] {
            #expect(interval(["WATCHDOG_USEC": wrong]) == nil, "\(wrong)")
        }
        #expect(ServiceNotifier(environment: ["WATCHDOG_USEC": "30000000"]).watchdogInterval == nil)
    }

    @Test("sends no keep-alive without a watchdog")
    func unwatched() throws {
        let listener = try Listener(.path)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.name])
        notifier.sendKeepAlive()
        notifier.status("working")
        #expect(listener.received() == ["STATUS=working"])
    }

    @Test("joins the lines of a status into one")
    func injection() throws {
        let listener = try Listener(.path)
        ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.name]).status("a\nMAINPID=1\r\nb")
        #expect(listener.received() == ["STATUS=a MAINPID=1 b"])
    }

    @Test(
        "does nothing without a usable notification socket",
        arguments: [
            nil, "", "/", "@", "relative", "vsock:2:1234", "/nonexistent/notify",
            "/" + String(repeating: "x", count: 108),
        ])
    func noListener(name: String?) {
        let notifier = ServiceNotifier(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:])
        notifier.ready("")
        notifier.stopping("")
    }

    @Test("drops notifications instead of blocking when the socket is full", .timeLimit(.minutes(30)))
    func fullSocket() throws {
        let listener = try Listener(.path)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.name])
        for number in 1...2000 { notifier.status("\(number)") }
        let received = listener.received()
        #expect(received.first == "STATUS=1")
        #expect(received.count < 2000)
    }
}

/// A datagram socket like the one of systemd.
final class Listener {
    /// The kind of the socket's address.
    enum Kind: CaseIterable {
        case path, abstract
    }

    /// The value for `NOTIFY_SOCKET`.
    let name: String
    private let descriptor: Int32

    init(_ kind: Kind) throws {
        let path = "/tmp/intro-notify-\(UUID().uuidString)"
        name = kind == .path ? path : "@" + path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = kind == .path ? Array(path.utf8) : [0] + Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
        unlink(name)
    }

    /// Returns the datagrams that have arrived; on a Unix socket, a sent datagram has arrived when `send` returns.
    func received() -> [String] {
        var notices: [String] = []
        var octets = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &octets, octets.count, Int32(MSG_DONTWAIT)), count >= 0 {
            notices.append(String(decoding: octets[..<count], as: UTF8.self))
        }
        return notices
    }
}
