/// A mail server, and how to speak to it.
public struct SMTPServer: Hashable, Sendable {
    /// How the connection is protected.
    public enum Security: Hashable, Sendable {
        /// Plain at first, then TLS before anything else is said; a server that offers no STARTTLS is not used.
        case startTLS
        /// TLS from the first byte.
        case implicitTLS
        /// No protection: for a server on the same machine.
        case none
    }

    /// The host's name or address; an IPv6 address stands in brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// Whether the host is this machine.
    public var isLocal: Bool { host.isLoopback }
    /// The user to log in as.
    public let user: String?
    /// How we introduce ourselves; the machine's host name when nil.
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

    /// The server as libcurl wants it, which takes the EHLO name from the path.
    var curlURL: String {
        "\(security == .implicitTLS ? "smtps" : "smtp")://\(host):\(port)/\(ehloName ?? "")"
    }

    private static func ehloName(of url: TransportURLParts) throws(TransportConfigurationError) -> String? {
        let name = String(url.path.drop { $0 == "/" })
        guard !name.isEmpty else { return nil }
        guard name.isNetworkName else { throw url.malformed("the EHLO name after the slash is no host name") }
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

/// A transport, written as a URL.
///
/// - `smtp://[user@]host[:port][/ehlo-name][?tls=none][&ca=FILE]`: port 25 unless given; STARTTLS is required unless
///   `tls=none` is written out.
/// - `smtps://[user@]host[:port][/ehlo-name][?ca=FILE]`: TLS from the first byte; port 465 unless given.
/// - `file:///folder`: a Maildir.
public enum MailTransportURL: Hashable, Sendable {
    /// A mail server.
    case smtp(SMTPServer)
    /// A Maildir at an absolute path.
    case maildir(path: String)

    /// Reads a URL.
    ///
    /// - Parameter text: One of the three forms.
    /// - Throws: `TransportConfigurationError` for anything else, and for a password in the URL.
    public init(parsing text: String) throws(TransportConfigurationError) {
        let url = try TransportURLParts(parsing: text, for: .mail)
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
