/// A transport, written as a URL.
///
/// - `smtp://[user@]host[:port][/ehlo-name][?tls=none][&ca=FILE]`: port 25 unless given; STARTTLS is required unless
///   `tls=none` is written out.
/// - `smtps://[user@]host[:port][/ehlo-name][?ca=FILE]`: TLS from the first byte; port 465 unless given.
/// - `file:///folder`: a Maildir.
public enum TransportURL: Hashable, Sendable {
    /// A mail server.
    case smtp(SMTPServer)
    /// A Maildir at an absolute path.
    case maildir(path: String)

    /// Reads a URL.
    ///
    /// - Parameter text: One of the three forms.
    /// - Throws: `TransportConfigurationError` for anything else, and for a password in the URL.
    public init(parsing text: String) throws(TransportConfigurationError) {
        let url = try AddressURL(parsing: text, for: .mail)
        switch url.scheme {
        case "smtp", "smtps": self = .smtp(try SMTPServer(url, isImplicitlySecure: url.scheme == "smtps"))
        case "file": self = .maildir(path: try url.folder)
        default: throw url.refusal(.unknownScheme(url.scheme))
        }
    }

    /// Makes the transport.
    ///
    /// - Parameters:
    ///   - password: The password of the URL's user; only for a mail server.
    ///   - timeouts: How long to wait for a mail server.
    /// - Returns: The transport; nothing is connected or written yet.
    /// - Throws: `TransportConfigurationError` when user and password do not go together, or the certificates cannot be read.
    public func makeTransport(
        password: String? = nil, timeouts: SMTPTimeouts = SMTPTimeouts()
    ) throws(TransportConfigurationError) -> any Transport<MailEnvelope> {
        switch self {
        case .smtp(let server): try SMTPTransport(server: server, password: password, timeouts: timeouts)
        case .maildir(let path): MaildirTransport(path: path)
        }
    }
}
