public import FoundationEssentials
import Glibc

/// Texts through a service that speaks Twilio's dialect, by libcurl.
public struct TwilioTransport: Transport {
    private let server: SMSServer
    private let token: String
    private let callback: StatusCallback?
    private let timeouts: SMSTimeouts
    private let clock: @Sendable () -> Date

    /// Makes the transport; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - server: The service, and the account with it.
    ///   - token: The account's token.
    ///   - callback: Where the service reports what becomes of each text.
    ///   - timeouts: How long to wait.
    ///   - clock: The clock by which a text's validity is judged.
    /// - Throws: `TransportConfigurationError` when the token is missing, or the certificates cannot be read.
    public init(
        server: SMSServer, token: String?, callback: StatusCallback? = nil, timeouts: SMSTimeouts = SMSTimeouts(),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(TransportConfigurationError) {
        guard let token, !token.isEmpty else { throw TransportConfigurationError(.texts, .missingPassword) }
        if let path = server.certificates, access(path, R_OK) != 0 {
            throw TransportConfigurationError(.texts, .unreadableCertificates(path: path))
        }
        self.server = server
        self.token = token
        self.callback = callback
        self.timeouts = timeouts
        self.clock = clock
    }

    /// Makes a session with a connection of its own, opened by its first delivery.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<TextMessage> {
        TwilioSession(server: server, token: token, callback: callback, timeouts: timeouts, clock: clock)
    }
}
