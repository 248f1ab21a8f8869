import FoundationEssentials
import Glibc

/// Postfix's `smtp-sink`, which accepts and discards mail, on a loopback port chosen by the kernel.
struct MailSink {
    /// The URL of the sink.
    let url: String
    private let port: Int
    private let process: ChildProcess

    /// Starts a sink and waits until it accepts connections.
    static func start() async throws -> MailSink {
        // When started by root, it must switch to another user.
        let user: String? = geteuid() == 0 ? "nobody" : nil
        let process = try ChildProcess(
            ["/usr/sbin/smtp-sink"] + (user.map { ["-u", $0] } ?? []) + ["127.0.0.1:0", "64"],
            in: ChildProcess.makeFolder("mail"))
        return try await awaiting(
            process,
            BenchFailure(
                "smtp-sink takes no connections", because: "it is Postfix's", hint: "install the package postfix"))
    }

    /// Starts a proxy that delays the replies of this sink.
    ///
    /// - Parameters:
    ///   - delay: The compiled `delay.c`.
    ///   - milliseconds: The delay of each reply.
    /// - Returns: The delayed sink, to be stopped before this one.
    /// - Throws: ``BenchFailure``.
    func behind(_ delay: String, milliseconds: Int) async throws -> MailSink {
        let process = try ChildProcess([delay, "\(port)", "\(milliseconds)"], in: ChildProcess.makeFolder("delay"))
        return try await Self.awaiting(
            process, BenchFailure("no connections are taken", because: "\(delay) does not listen"))
    }

    private static func awaiting(_ process: ChildProcess, _ failure: BenchFailure) async throws -> MailSink {
        let port = try await process.listeningPort(orThrow: failure)
        return MailSink(url: "smtp://127.0.0.1:\(port)/bench.example?tls=none", port: port, process: process)
    }

    /// Stops the sink.
    func stop() {
        process.terminate()
    }
}
