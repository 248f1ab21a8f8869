import Glibc

/// Mail by SMTP, through libcurl.
public struct SMTPTransport: Transport {
    private let server: SMTPServer
    private let password: String?
    private let timeouts: SMTPTimeouts

    /// Makes the transport; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - password: The password of the server's user.
    ///   - timeouts: How long to wait.
    /// - Throws: `TransportConfigurationError` when user and password do not go together, or the certificates cannot be read.
    public init(
        server: SMTPServer, password: String? = nil, timeouts: SMTPTimeouts = SMTPTimeouts()
    ) throws(TransportConfigurationError) {
        if server.user != nil, password == nil { throw TransportConfigurationError(.mail, .missingPassword) }
        if server.user == nil, password != nil { throw TransportConfigurationError(.mail, .passwordWithoutUser) }
        if let path = server.certificates, access(path, R_OK) != 0 {
            throw TransportConfigurationError(.mail, .unreadableCertificates(path: path))
        }
        self.server = server
        self.password = password
        self.timeouts = timeouts
    }

    /// Makes a session with a connection of its own, opened by its first delivery.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<MailEnvelope> {
        SMTPSession(server: server, password: password, timeouts: timeouts)
    }
}
