import Foundation

/// The folder in which a proxy listens for the clients of a server.
struct ProxyFolder: Sendable {
    /// The folder of the proxy's socket, for a client's `host`.
    let path: String
    /// The path of the server's socket.
    let upstream: String

    /// Creates the folder inside the server's folder, which is deleted with the server.
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
