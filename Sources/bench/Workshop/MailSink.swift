import Glibc

/// Postfix's `smtp-sink` on a free port of the loopback: takes mail and forgets it.
struct MailSink {
    /// Where to send to.
    let url: String
    private let port: UInt16
    private let leash: Leash

    /// Starts a sink, and waits until it takes connections.
    static func start() async throws -> MailSink {
        let port = try freePort()
        // By root, it must become somebody else.
        let user: String? = geteuid() == 0 ? "nobody" : nil
        let leash = try Leash(
            ["/usr/sbin/smtp-sink"] + (user.map { ["-u", $0] } ?? []) + ["127.0.0.1:\(port)", "64"],
            in: Leash.makeFolder("mail"))
        return try await awaiting(
            port, leash,
            BenchFailure(
                "smtp-sink takes no connections", because: "it is Postfix's", hint: "install the package postfix"))
    }

    /// The same sink as if it were far away.
    ///
    /// - Parameters:
    ///   - delay: The compiled `delay.c`.
    ///   - milliseconds: How long each of the sink's answers waits.
    /// - Returns: A sink to be ended before this one.
    /// - Throws: ``BenchFailure``.
    func behind(_ delay: String, milliseconds: Int) async throws -> MailSink {
        let far = try Self.freePort()
        let leash = try Leash([delay, "\(far)", "\(port)", "\(milliseconds)"], in: Leash.makeFolder("delay"))
        return try await Self.awaiting(
            far, leash, BenchFailure("no connections are taken", because: "\(delay) does not listen"))
    }

    private static func awaiting(_ port: UInt16, _ leash: Leash, _ failure: BenchFailure) async throws -> MailSink {
        for _ in 0..<500 {
            if accepts(port) {
                return MailSink(url: "smtp://127.0.0.1:\(port)/bench.example?tls=none", port: port, leash: leash)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        leash.release()
        throw failure
    }

    /// Ends the sink.
    func stop() {
        leash.release()
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(0)
        let bound = withSocket(&address) { bind(descriptor, $0, $1) }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard bound == 0, withSocket(&address, { pointer, _ in getsockname(descriptor, pointer, &length) }) == 0 else {
            throw BenchFailure("there is no free port", because: String(cString: strerror(errno)))
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port)
        return withSocket(&address) { connect(descriptor, $0, $1) } == 0
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func withSocket(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
