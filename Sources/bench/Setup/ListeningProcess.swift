import FoundationEssentials
import Glibc

extension ChildProcess {
    /// Waits until the program listens on a TCP port, and returns the port.
    ///
    /// - Parameter failure: The error if it does not within half a minute; the program is stopped then.
    /// - Returns: The port.
    /// - Throws: The failure.
    func listeningPort(orThrow failure: BenchFailure) async throws -> Int {
        for _ in 0..<3000 {
            if let port = program.flatMap(Self.listeningPort) { return port }
            try await Task.sleep(for: .milliseconds(10))
        }
        terminate()
        throw failure
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
