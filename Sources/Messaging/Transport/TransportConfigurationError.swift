/// A transport that cannot be set up as configured.
///
/// The description never repeats the URL, which may hold a password.
public struct TransportConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the transport was to carry.
    public enum Freight: Hashable, Sendable {
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
    public let freight: Freight
    /// What is wrong.
    public let problem: Problem

    /// Says what is wrong with the transport of what.
    public init(_ freight: Freight, _ problem: Problem) {
        self.freight = freight
        self.problem = problem
    }

    /// What is wrong, why, and what to do.
    public var description: String {
        switch problem {
        case .malformedURL(let reason):
            "The \(freight.name) URL cannot be used: \(reason). Write \(freight.forms)."
        case .unknownScheme(let scheme):
            "The \(freight.name) URL cannot be used: the scheme \(scheme.safeSingleLine) is not known. "
                + "Use \(freight.schemes)."
        case .unknownSetting(let setting):
            "The \(freight.name) URL cannot be used: the setting \(setting.safeSingleLine) is not known there. "
                + "\(freight.settings)."
        case .passwordInURL:
            "The \(freight.name) URL holds a password, where lists of processes and logs would show it. "
                + "Take it out, and put it into a file that the configuration names."
        case .missingPassword:
            "The \(freight.name) URL names a user, but no password was given. "
                + "Name the file that holds it\(freight.needsUser ? "" : ", or leave out the user")."
        case .passwordWithoutUser:
            "A password for \(freight.name) was given, but the \(freight.name) URL names no user to log in as. "
                + "Write the user before the host."
        case .unprotected:
            "The \(freight.name) URL cannot be used: its password would cross the network unprotected. "
                + "Use https://; http:// is only for a server on this machine."
        case .unreadableCertificates(let path):
            "The \(freight.name) server could not be verified: \(path) cannot be read. "
                + "Check the path and who may read it."
        case .unusableFolder(let path, let reason):
            "The \(freight.name) folder \(path) cannot be written: \(reason). Check the path and who may write there."
        }
    }
}

extension TransportConfigurationError.Freight {
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
