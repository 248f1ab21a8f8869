public import FoundationEssentials

/// The server that a connection leads to.
public struct ConnectedServer: Sendable, Equatable {
    /// The host's name or address, or the folder of its Unix socket.
    public let host: String
    /// The port.
    public let port: String
    /// The name of the database.
    public let database: String
    /// The login.
    public let user: String
    /// Whether the connection uses TLS.
    public let isEncrypted: Bool
    /// The end of the validity of the server's certificate; `nil` without TLS.
    public let certificateEnd: Date?

    /// Whether the connection goes through a Unix socket.
    public var isLocalSocket: Bool { host.hasPrefix("/") || host.hasPrefix("@") }
}
