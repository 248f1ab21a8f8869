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
        for _ in 0..<3000 {
            if let port = process.program.flatMap(listeningPort) {
                return MailSink(url: "smtp://127.0.0.1:\(port)/bench.example?tls=none", port: port, process: process)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        process.terminate()
        throw failure
    }

    /// Stops the sink.
    func stop() {
        process.terminate()
    }

    /// Returns the TCP port that a program listens on; the kernel chose it, so no other program can take it first.
    private static func listeningPort(of program: pid_t) -> Int? {
        let folder = "/proc/\(program)/fd"
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let sockets = Set(
            descriptors.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") })
        let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        for line in table.split(separator: "\n").dropFirst() {
            // sl, local address, remote address, state, queues, timer, retransmissions, user, timeout, inode
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]") else { continue }
            return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
        }
        return nil
    }
}
