import FoundationEssentials

/// The parts of a transport's URL that mail and SMS transports share.
struct TransportURLParts {
    /// The kind of message that the transport sends.
    let messageKind: TransportConfigurationError.MessageKind
    /// The scheme in lower case.
    let scheme: String
    private let components: URLComponents

    init(parsing text: String, for messageKind: TransportConfigurationError.MessageKind)
        throws(TransportConfigurationError)
    {
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased() else {
            throw TransportConfigurationError(messageKind, .malformedURL(reason: "it is not a URL"))
        }
        self.messageKind = messageKind
        self.scheme = scheme
        self.components = components
        guard components.fragment == nil else { throw malformed("it has a fragment (#)") }
    }

    /// The server's name or address; an IPv6 address is in brackets.
    var host: String {
        get throws(TransportConfigurationError) {
            let host = components.percentEncodedHost ?? ""
            guard host.isNetworkName else { throw malformed("it names no host") }
            return host
        }
    }

    var port: Int? {
        get throws(TransportConfigurationError) {
            guard let port = components.port else { return nil }
            guard (1...65_535).contains(port) else { throw malformed("the port is not between 1 and 65535") }
            return port
        }
    }

    /// The user name for the login; a password in the URL is refused.
    var user: String? {
        get throws(TransportConfigurationError) {
            guard components.password == nil else { throw refusal(.passwordInURL) }
            guard let user = components.user, !user.isEmpty else { return nil }
            guard !user.unicodeScalars.contains(where: \.isControl) else {
                throw malformed("the user holds a control character")
            }
            return user
        }
    }

    /// The path, with its escapes decoded.
    var path: String { components.path }

    /// The query's settings.
    var settings: [(name: String, value: String?)] {
        (components.queryItems ?? []).map { ($0.name, $0.value) }
    }

    /// The absolute path of a local folder, when the URL names nothing else.
    var folder: String {
        get throws(TransportConfigurationError) {
            if let setting = settings.first?.name { throw refusal(.unknownSetting(setting)) }
            let host = components.host ?? ""
            guard host.isEmpty || host == "localhost", components.user == nil, components.port == nil else {
                throw malformed("a folder is on this machine, so file: takes no host; write three slashes")
            }
            guard path.hasPrefix("/"), path.count > 1, !path.utf8.contains(0) else {
                throw malformed("file: needs an absolute path")
            }
            return path
        }
    }

    func refusal(_ problem: TransportConfigurationError.Problem) -> TransportConfigurationError {
        TransportConfigurationError(messageKind, problem)
    }

    func malformed(_ reason: String) -> TransportConfigurationError {
        refusal(.malformedURL(reason: reason))
    }

    func unknownSetting(_ setting: (name: String, value: String?)) -> TransportConfigurationError {
        refusal(.unknownSetting("\(setting.name)=\(setting.value ?? "")"))
    }
}

extension String {
    /// Whether this host is the local machine.
    var isLoopback: Bool {
        let host = lowercased()
        if host == "localhost" || host == "[::1]" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return octets.count == 4 && octets.first == 127 && !octets.contains(nil)
    }

    /// Whether this is a host name, or an address in brackets.
    var isNetworkName: Bool {
        if hasPrefix("["), hasSuffix("]"), count > 2 {
            return dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return self[...].isDomain
    }
}

/// An error in a transport's configuration.
///
/// The description never repeats the URL, which may contain a password.
public struct TransportConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of message that a transport sends.
    public enum MessageKind: Hashable, Sendable {
        /// Mail.
        case mail
        /// Text messages.
        case texts
    }

    /// A problem with the configuration.
    public enum Problem: Hashable, Sendable {
        /// The text is not a URL, or a part is missing.
        case malformedURL(reason: String)
        /// The scheme is not supported for this kind of message.
        case unknownScheme(String)
        /// The query has a setting that the scheme does not support.
        case unknownSetting(String)
        /// The URL contains a password.
        case passwordInURL
        /// The URL names a user, and no password was given.
        case missingPassword
        /// A password was given, and the URL names no user.
        case passwordWithoutUser
        /// The URL requests an unprotected connection to another machine.
        case unprotected
        /// The certificate file cannot be read.
        case unreadableCertificates(path: String)
        /// The folder cannot be created or written to.
        case unusableFolder(path: String, reason: String)
    }

    /// The kind of message that the transport sends.
    public let messageKind: MessageKind
    /// The problem.
    public let problem: Problem

    /// Creates an error for a kind of message.
    public init(_ messageKind: MessageKind, _ problem: Problem) {
        self.messageKind = messageKind
        self.problem = problem
    }

    /// The problem, its cause and the remedy.
    public var description: String {
        switch problem {
        case .malformedURL(let reason):
            "The \(messageKind.name) URL cannot be used: \(reason). Write \(messageKind.forms)."
        case .unknownScheme(let scheme):
            "The \(messageKind.name) URL cannot be used: the scheme \(scheme.safeSingleLine) is not known. "
                + "Use \(messageKind.schemes)."
        case .unknownSetting(let setting):
            "The \(messageKind.name) URL cannot be used: the setting \(setting.safeSingleLine) is not known there. "
                + "\(messageKind.settings)."
        case .passwordInURL:
            "The \(messageKind.name) URL holds a password, where lists of processes and logs would show it. "
                + "Take it out, and put it into a file that the configuration names."
        case .missingPassword:
            "The \(messageKind.name) URL names a user, but no password was given. "
                + "Name the file that holds it\(messageKind.needsUser ? "" : ", or leave out the user")."
        case .passwordWithoutUser:
            "A password for \(messageKind.name) was given, but the \(messageKind.name) URL names no user to log in as. "
                + "Write the user before the host."
        case .unprotected:
            "The \(messageKind.name) URL cannot be used: its password would cross the network unprotected. "
                + "Use https://; http:// is only for a server on this machine."
        case .unreadableCertificates(let path):
            "The \(messageKind.name) server could not be verified: \(path) cannot be read. "
                + "Check the path and who may read it."
        case .unusableFolder(let path, let reason):
            "The \(messageKind.name) folder \(path) cannot be written: \(reason). Check the path and who may write there."
        }
    }
}

extension TransportConfigurationError.MessageKind {
    fileprivate var name: String {
        switch self {
        case .mail: "mail"
        case .texts: "SMS"
        }
    }

    /// Whether an account is required: SMS services always require one, many mail relays do not.
    fileprivate var needsUser: Bool { self == .texts }

    fileprivate var forms: String {
        switch self {
        case .mail: "smtp://[user@]host[:port][/ehlo-name], smtps://.. or file:///folder"
        case .texts: "https://account@host[:port][/base] or file:///folder"
        }
    }

    fileprivate var schemes: String {
        switch self {
        case .mail: "smtp, smtps or file"
        case .texts: "https or file"
        }
    }

    fileprivate var settings: String {
        switch self {
        case .mail: "smtp takes tls=none and ca=FILE, smtps takes ca=FILE, file takes none"
        case .texts: "https takes ca=FILE, http and file take none"
        }
    }
}
