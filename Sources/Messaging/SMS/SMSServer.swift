public import FoundationEssentials

/// An SMS service with Twilio's API, and the account there.
public struct SMSServer: Hashable, Sendable {
    /// The host's name or address; an IPv6 address is in brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// Whether the connection is protected; only a server on this machine may be unprotected.
    public let isSecure: Bool
    /// The prefix of the service's paths; empty, or `/` and more.
    public let basePath: String
    /// The account, which is also the user name for the login.
    public let account: String
    /// A file of certificates to trust instead of the system's.
    public let certificates: String?

    init(_ url: TransportURLParts, isSecure: Bool) throws(TransportConfigurationError) {
        account = try Self.account(of: url)
        host = try url.host
        guard isSecure || host.isLoopback else { throw url.refusal(.unprotected) }
        port = try url.port ?? (isSecure ? 443 : 80)
        basePath = try Self.basePath(of: url)
        certificates = try Self.certificates(of: url, isSecure: isSecure)
        self.isSecure = isSecure
    }

    /// The URL that text messages are posted to.
    var messagesURL: String {
        "\(isSecure ? "https" : "http")://\(host):\(port)\(basePath)/2010-04-01/Accounts/\(account)/Messages.json"
    }

    private static func account(of url: TransportURLParts) throws(TransportConfigurationError) -> String {
        guard let account = try url.user else { throw url.malformed("it names no account") }
        guard account.utf8.count <= 64, account.utf8.allSatisfy(\.isLetterOrDigit) else {
            throw url.malformed("the account before the @ is not made of letters and digits")
        }
        return account
    }

    private static func basePath(of url: TransportURLParts) throws(TransportConfigurationError) -> String {
        let steps = url.path.split(separator: "/")
        let isPlain = steps.allSatisfy { step in
            step != "." && step != ".." && step.utf8.allSatisfy { $0.isLetterOrDigit || "-._~".utf8.contains($0) }
        }
        guard isPlain else { throw url.malformed("the path holds something else than letters, digits and -._~") }
        return steps.map { "/\($0)" }.joined()
    }

    private static func certificates(
        of url: TransportURLParts, isSecure: Bool
    ) throws(TransportConfigurationError) -> String? {
        var certificates: String?
        for setting in url.settings {
            guard isSecure, setting.name == "ca", let path = setting.value, !path.isEmpty else {
                throw url.unknownSetting(setting)
            }
            certificates = path
        }
        return certificates
    }
}

/// The configuration of an SMS transport, parsed from a URL.
///
/// - `https://account@host[:port][/base][?ca=FILE]`: a service with Twilio's API.
/// - `http://account@host[:port][/base]`: the same on this machine, for a gateway or a test.
/// - `file:///folder`: a folder with a file for each text message.
public enum SMSTransportURL: Hashable, Sendable {
    /// A service with Twilio's API.
    case twilio(SMSServer)
    /// A folder at an absolute path.
    case folder(path: String)

    /// Parses a URL.
    ///
    /// - Parameter text: A URL in one of the three forms.
    /// - Throws: `TransportConfigurationError` for anything else, and for a password in the URL.
    public init(parsing text: String) throws(TransportConfigurationError) {
        let url = try TransportURLParts(parsing: text, for: .texts)
        switch url.scheme {
        case "https", "http": self = .twilio(try SMSServer(url, isSecure: url.scheme == "https"))
        case "file": self = .folder(path: try url.folder)
        default: throw url.refusal(.unknownScheme(url.scheme))
        }
    }

    /// Creates the transport without connecting or writing.
    ///
    /// - Parameters:
    ///   - token: The token of the URL's account; only for a service.
    ///   - callback: The address that the service reports delivery statuses to.
    ///   - timeouts: The timeouts for a service.
    ///   - clock: The clock that a text message's validity is checked with.
    /// - Returns: The transport.
    /// - Throws: `TransportConfigurationError` when the token is missing, or the certificates are unreadable.
    public func makeTransport(
        token: String? = nil, callback: StatusCallback? = nil, timeouts: SMSTimeouts = SMSTimeouts(),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(TransportConfigurationError) -> any Transport<TextMessage> {
        switch self {
        case .twilio(let server):
            try TwilioTransport(server: server, token: token, callback: callback, timeouts: timeouts, clock: clock)
        case .folder(let path): SMSFolderTransport(path: path)
        }
    }
}
