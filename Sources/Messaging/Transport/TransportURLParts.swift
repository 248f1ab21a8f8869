import FoundationEssentials

/// A transport's URL, taken apart: what mail and texts have in common.
struct TransportURLParts {
    /// What the transport is to carry.
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

    /// A server's name or address; an IPv6 address stands in brackets.
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

    /// Who to log in as; a password beside the name is refused.
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

    /// The path, with its escapes read.
    var path: String { components.path }

    /// What follows the question mark.
    var settings: [(name: String, value: String?)] {
        (components.queryItems ?? []).map { ($0.name, $0.value) }
    }

    /// The absolute path of a folder on this machine, where the URL names nothing else.
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
    /// Whether this host is this machine.
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

/// A transport that cannot be set up as configured.
///
/// The description never repeats the URL, which may hold a password.
public struct TransportConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the transport was to carry.
    public enum MessageKind: Hashable, Sendable {
        /// Mail.
        case mail
        /// Texts to phones.
        case texts
    }

    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// The text is not a URL, or lacks a part.
        case malformedURL(reason: String)
        /// The scheme is none that this freight can go by.
        case unknownScheme(String)
        /// The query has a setting that the scheme does not know.
        case unknownSetting(String)
        /// The URL holds a password.
        case passwordInURL
        /// The URL names a user, and no password was given.
        case missingPassword
        /// A password was given, and the URL names no user.
        case passwordWithoutUser
        /// The URL asks for an unprotected connection to another machine.
        case unprotected
        /// The file of certificates cannot be read.
        case unreadableCertificates(path: String)
        /// The folder cannot be made or written.
        case unusableFolder(path: String, reason: String)
    }

    /// What the transport was to carry.
    public let messageKind: MessageKind
    /// What is wrong.
    public let problem: Problem

    /// Says what is wrong with the transport of what.
    public init(_ messageKind: MessageKind, _ problem: Problem) {
        self.messageKind = messageKind
        self.problem = problem
    }

    /// What is wrong, why, and what to do.
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

    /// Nobody takes texts without an account, but many relays take mail without one.
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
