/// A mail server and its connection settings.
public struct SMTPServer: Hashable, Sendable {
    /// How the connection is protected.
    public enum Security: Hashable, Sendable {
        /// Plain until STARTTLS, which precedes everything else; a server without STARTTLS is not used.
        case startTLS
        /// TLS from the first byte.
        case implicitTLS
        /// No protection, for a server on the same machine.
        case none
    }

    /// The host's name or address; an IPv6 address is in brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// Whether the host is this machine.
    public var isLocal: Bool { host.isLoopback }
    /// The user name for the login.
    public let user: String?
    /// The name sent with EHLO; the machine's host name when nil.
    public let ehloName: String?
    /// How the connection is protected.
    public let security: Security
    /// A file of certificates to trust instead of the system's.
    public let certificates: String?

    init(_ url: TransportURLParts, isImplicitlySecure: Bool) throws(TransportConfigurationError) {
        user = try url.user
        host = try url.host
        port = try url.port ?? (isImplicitlySecure ? 465 : 25)
        ehloName = try Self.ehloName(of: url)
        let settings = try Self.settings(of: url, allowsPlainText: !isImplicitlySecure)
        certificates = settings.certificates
        security = isImplicitlySecure ? .implicitTLS : settings.isPlainText ? .none : .startTLS
    }

    /// The server's URL for libcurl, which takes the EHLO name from the path.
    var curlURL: String {
        "\(security == .implicitTLS ? "smtps" : "smtp")://\(host):\(port)/\(ehloName ?? "")"
    }

    private static func ehloName(of url: TransportURLParts) throws(TransportConfigurationError) -> String? {
        let name = String(url.path.drop { $0 == "/" })
        guard !name.isEmpty else { return nil }
        guard name.isNetworkName else { throw url.malformed("the EHLO name after the slash is not a host name") }
        return name
    }

    private static func settings(
        of url: TransportURLParts, allowsPlainText: Bool
    ) throws(TransportConfigurationError) -> (isPlainText: Bool, certificates: String?) {
        var isPlainText = false
        var certificates: String?
        for setting in url.settings {
            switch setting {
            case ("tls", "none") where allowsPlainText: isPlainText = true
            case ("ca", let path?) where !path.isEmpty: certificates = path
            default: throw url.unknownSetting(setting)
            }
        }
        return (isPlainText, certificates)
    }
}

/// The configuration of a mail transport, parsed from a URL.
///
/// - `smtp://[user@]host[:port][/ehlo-name][?tls=none][&ca=FILE]`: port 25 by default; STARTTLS is required unless
///   `tls=none` is given.
/// - `smtps://[user@]host[:port][/ehlo-name][?ca=FILE]`: TLS from the first byte; port 465 by default.
/// - `file:///folder`: a Maildir.
public enum MailTransportURL: Hashable, Sendable {
    /// A mail server.
    case smtp(SMTPServer)
    /// A Maildir at an absolute path.
    case maildir(path: String)

    /// Parses a URL.
    ///
    /// - Parameter text: A URL in one of the three forms.
    /// - Throws: `TransportConfigurationError` for anything else, and for a password in the URL.
    public init(parsing text: String) throws(TransportConfigurationError) {
        let url = try TransportURLParts(parsing: text, for: .mail)
        switch url.scheme {
        case "smtp", "smtps": self = .smtp(try SMTPServer(url, isImplicitlySecure: url.scheme == "smtps"))
        case "file": self = .maildir(path: try url.folder)
        default: throw url.refusal(.unknownScheme(url.scheme))
        }
    }

    /// Creates the transport without connecting or writing.
    ///
    /// - Parameters:
    ///   - password: The password of the URL's user; only for a mail server.
    ///   - timeouts: The timeouts for a mail server.
    /// - Returns: The transport.
    /// - Throws: `TransportConfigurationError` when only one of user and password is given, or the certificates are
    ///   unreadable.
    public func makeTransport(
        password: String? = nil, timeouts: SMTPTimeouts = SMTPTimeouts()
    ) throws(TransportConfigurationError) -> any Transport<MailEnvelope> {
        switch self {
        case .smtp(let server): try SMTPTransport(server: server, password: password, timeouts: timeouts)
        case .maildir(let path): MaildirTransport(path: path)
        }
    }
}
