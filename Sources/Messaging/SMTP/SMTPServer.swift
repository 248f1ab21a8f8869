import FoundationEssentials

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
    /// The user to log in as.
    public let user: String?
    /// How we introduce ourselves; the machine's host name when nil.
    public let ehloName: String?
    /// How the connection is protected.
    public let security: Security
    /// A file of certificates to trust instead of the system's.
    public let certificates: String?

    init(_ url: URLComponents, isImplicitlySecure: Bool) throws(TransportConfigurationError) {
        guard url.password == nil else { throw TransportConfigurationError(.mail, .passwordInURL) }
        host = try Self.host(of: url)
        port = try Self.port(of: url) ?? (isImplicitlySecure ? 465 : 25)
        user = try Self.user(of: url)
        ehloName = try Self.ehloName(of: url)
        let settings = try Self.settings(of: url, allowsPlainText: !isImplicitlySecure)
        certificates = settings.certificates
        security = isImplicitlySecure ? .implicitTLS : settings.isPlainText ? .none : .startTLS
    }

    /// The server as libcurl wants it, which takes the EHLO name from the path.
    var curlURL: String {
        "\(security == .implicitTLS ? "smtps" : "smtp")://\(host):\(port)/\(ehloName ?? "")"
    }

    private static func host(of url: URLComponents) throws(TransportConfigurationError) -> String {
        let host = url.percentEncodedHost ?? ""
        guard host.isNetworkName else {
            throw TransportConfigurationError(.mail, .malformedURL(reason: "it names no host"))
        }
        return host
    }

    private static func port(of url: URLComponents) throws(TransportConfigurationError) -> Int? {
        guard let port = url.port else { return nil }
        guard (1...65_535).contains(port) else {
            throw TransportConfigurationError(.mail, .malformedURL(reason: "the port is not between 1 and 65535"))
        }
        return port
    }

    private static func user(of url: URLComponents) throws(TransportConfigurationError) -> String? {
        guard let user = url.user, !user.isEmpty else { return nil }
        guard !user.unicodeScalars.contains(where: \.isControl) else {
            throw TransportConfigurationError(.mail, .malformedURL(reason: "the user holds a control character"))
        }
        return user
    }

    private static func ehloName(of url: URLComponents) throws(TransportConfigurationError) -> String? {
        let name = String(url.path.drop { $0 == "/" })
        guard !name.isEmpty else { return nil }
        guard name.isNetworkName else {
            throw TransportConfigurationError(
                .mail, .malformedURL(reason: "the EHLO name after the slash is no host name"))
        }
        return name
    }

    private static func settings(
        of url: URLComponents, allowsPlainText: Bool
    ) throws(TransportConfigurationError) -> (isPlainText: Bool, certificates: String?) {
        var isPlainText = false
        var certificates: String?
        for setting in url.queryItems ?? [] {
            switch (setting.name, setting.value) {
            case ("tls", "none") where allowsPlainText: isPlainText = true
            case ("ca", let path?) where !path.isEmpty: certificates = path
            default: throw TransportConfigurationError(.mail, .unknownSetting("\(setting.name)=\(setting.value ?? "")"))
            }
        }
        return (isPlainText, certificates)
    }
}

extension String {
    /// Whether this is a host name, or an address in brackets.
    fileprivate var isNetworkName: Bool {
        if hasPrefix("["), hasSuffix("]"), count > 2 {
            return dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return self[...].isDomain
    }
}
