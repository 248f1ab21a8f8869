public import FoundationEssentials

/// A transport of texts, written as a URL.
///
/// - `https://account@host[:port][/base][?ca=FILE]`: a service that speaks Twilio's dialect.
/// - `http://account@host[:port][/base]`: the same on this machine, for a gateway or a test.
/// - `file:///folder`: a folder with a file for each text.
public enum SMSTransportURL: Hashable, Sendable {
    /// A service that speaks Twilio's dialect.
    case twilio(SMSServer)
    /// A folder at an absolute path.
    case folder(path: String)

    /// Reads a URL.
    ///
    /// - Parameter text: One of the three forms.
    /// - Throws: `TransportConfigurationError` for anything else, and for a password in the URL.
    public init(parsing text: String) throws(TransportConfigurationError) {
        let url = try AddressURL(parsing: text, for: .texts)
        switch url.scheme {
        case "https", "http": self = .twilio(try SMSServer(url, isSecure: url.scheme == "https"))
        case "file": self = .folder(path: try url.folder)
        default: throw url.refusal(.unknownScheme(url.scheme))
        }
    }

    /// Makes the transport.
    ///
    /// - Parameters:
    ///   - token: The token of the URL's account; only for a service.
    ///   - callback: Where a service reports what becomes of each text.
    ///   - timeouts: How long to wait for a service.
    ///   - clock: The clock by which a text's validity is judged.
    /// - Returns: The transport; nothing is connected or written yet.
    /// - Throws: `TransportConfigurationError` when the token is missing, or the certificates cannot be read.
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
