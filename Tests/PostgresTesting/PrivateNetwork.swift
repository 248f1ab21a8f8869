import Foundation

/// Two private network namespaces, one for a server and one for its clients, and a link between them.
///
/// They have no names and are not visible in the machine's network. The namespaces belong to two processes; when these
/// and all their descendants have ended, the kernel removes the namespaces, the link and the addresses.
public final class PrivateNetwork: Sendable {
    /// The address of a server that was started through ``serverSide``.
    public static let serverAddress = "10.231.0.1"
    static let clientAddress = "10.231.0.2"
    static let addresses = "10.231.0.0/30"

    private let server: BoundProcess
    private let client: BoundProcess

    /// Creates the namespaces and the link.
    ///
    /// - Throws: ``TestServerFailure`` where that is not permitted.
    public init() async throws {
        server = try BoundProcess(["unshare", "--net", "cat"])
        client = try BoundProcess(["unshare", "--net", "sh", "-c", Self.emptying])
        for process in [server.id, client.id] {
            try await wait(until: "the network namespace exists") {
                let (own, made) = (try Self.namespace(of: "self"), try Self.namespace(of: "\(process)"))
                return own != made
            }
        }
        try await run(
            serverSide + ["ip", "link", "add", "toclient", "type", "veth", "peer", "name", "toserver"]
                + ["netns", "\(client.id)"])
        for (side, address, link) in [
            (serverSide, Self.serverAddress, "toclient"), (clientSide, Self.clientAddress, "toserver"),
        ] {
            try await run(side + ["ip", "address", "add", "\(address)/30", "dev", link])
            try await run(side + ["ip", "link", "set", link, "up"])
            try await run(side + ["ip", "link", "set", "lo", "up"])
        }
    }

    /// The script that waits for the end of its input, and then kills all processes in the namespace.
    private static let emptying = """
        own=$(readlink /proc/self/ns/net)
        while read -r _; do :; done
        for process in /proc/[0-9]*; do
            [ "$process" != "/proc/$$" ] && [ "$(readlink "$process/ns/net")" = "$own" ] && kill -KILL "${process#/proc/}"
        done
        """

    /// The command prefix that runs a command on the server's side.
    public var serverSide: [String] { Self.entering(server) }

    /// The command prefix that runs a command on the clients' side.
    public var clientSide: [String] { Self.entering(client) }

    /// Silently drops all packets from the server to the clients from now on.
    public func dropPackets() async throws {
        try await run(serverSide + ["ip", "route", "add", "blackhole", "\(Self.clientAddress)/32"])
    }

    private func run(_ command: [String]) async throws {
        try await ChildProcess.run(command, log: "/dev/null")
    }

    private static func entering(_ process: BoundProcess) -> [String] {
        ["/usr/bin/nsenter", "--net=/proc/\(process.id)/ns/net", "--"]
    }

    private static func namespace(of process: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")
    }
}

extension TestServer {
    /// Restarts a server created by ``start()`` or ``startReplicated()`` so that it is also accessible through a
    /// network.
    ///
    /// - Parameter network: The network; the server is on its server's side.
    /// - Throws: ``TestServerFailure``, or an error of writing the configuration files.
    public func enter(_ network: PrivateNetwork) async throws {
        let data = "\(try cluster.folder)/data"
        try append("listen_addresses = '\(PrivateNetwork.serverAddress)'\n", to: "\(data)/postgresql.conf")
        try append("host all all \(PrivateNetwork.addresses) trust\n", to: "\(data)/pg_hba.conf")
        try await stop()
        try await cluster.start(through: network.serverSide)
    }

    private func append(_ line: String, to file: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(line.utf8))
    }
}
