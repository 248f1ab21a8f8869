import Foundation

/// Where a proxy listens for the clients of a server that listens in another folder.
struct ProxyFolder: Sendable {
    /// The folder of the proxy's socket, for a client's `host`.
    let path: String
    /// The server's own socket.
    let upstream: String

    /// Makes the folder inside the server's own, which goes away with the server.
    init(toServerIn folder: String) throws {
        upstream = "\(folder)/.s.PGSQL.5432"
        path = "\(folder)/proxy-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func listen() throws -> UnixSocket {
        try .listening(at: "\(path)/.s.PGSQL.5432")
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
