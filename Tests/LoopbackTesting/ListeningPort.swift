import Foundation

/// The ports that other processes listen on.
///
/// A server configured to listen on port 0 gets a free port from the kernel. For a server that does not print the
/// port, such as `smtp-sink`, the port is looked up in `/proc`: a port chosen beforehand may be taken when the server
/// starts.
public enum ListeningPort {
    /// Returns the TCP port over IPv4 that a process listens on, or `nil` while it listens on none.
    public static func of(process id: Int32) -> Int? {
        let sockets = sockets(of: id)
        let table = (try? String(contentsOfFile: "/proc/\(id)/net/tcp", encoding: .utf8)) ?? ""
        for line in table.split(separator: "\n").dropFirst() {
            // sl, local address, remote address, state, queues, timer, retransmissions, user, timeout, inode
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]") else { continue }
            return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
        }
        return nil
    }

    private static func sockets(of id: Int32) -> Set<String> {
        let folder = "/proc/\(id)/fd"
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Set(
            descriptors.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") })
    }
}
