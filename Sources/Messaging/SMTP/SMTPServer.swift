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

    init(_ url: AddressURL, isImplicitlySecure: Bool) throws(TransportConfigurationError) {
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

    private static func ehloName(of url: AddressURL) throws(TransportConfigurationError) -> String? {
        let name = String(url.path.drop { $0 == "/" })
        guard !name.isEmpty else { return nil }
        guard name.isNetworkName else { throw url.malformed("the EHLO name after the slash is no host name") }
        return name
    }

    private static func settings(
        of url: AddressURL, allowsPlainText: Bool
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
