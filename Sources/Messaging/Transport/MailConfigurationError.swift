/// A mail transport that cannot be set up as configured.
///
/// The description never repeats the URL, which may hold a password.
public enum MailConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is not a URL, or lacks a part.
    case malformedURL(reason: String)
    /// The scheme is none of smtp, smtps, file.
    case unknownScheme(String)
    /// The query has a setting that the scheme does not know.
    case unknownSetting(String)
    /// The URL holds a password.
    case passwordInURL
    /// The URL names a user, and no password was given.
    case missingPassword
    /// A password was given, and the URL names no user.
    case passwordWithoutUser
    /// The file of certificates cannot be read.
    case unreadableCertificates(path: String)
    /// The mail folder cannot be made or written.
    case unusableFolder(path: String, reason: String)
    /// libcurl cannot be used.
    case libcurl(reason: String)

    /// What is wrong, why, and what to do.
    public var description: String {
        switch self {
        case .malformedURL(let reason):
            "The mail URL cannot be used: \(reason). Write smtp://[user@]host[:port][/ehlo-name], smtps://.. or "
                + "file:///folder."
        case .unknownScheme(let scheme):
            "The mail URL cannot be used: the scheme \(scheme.safeSingleLine) is not known. Use smtp, smtps or file."
        case .unknownSetting(let setting):
            "The mail URL cannot be used: the setting \(setting.safeSingleLine) is not known there. "
                + "smtp takes tls=none and ca=FILE, smtps takes ca=FILE, file takes none."
        case .passwordInURL:
            "The mail URL holds a password, where lists of processes and logs would show it. "
                + "Take it out, and put it into a file that the configuration names."
        case .missingPassword:
            "The mail URL names a user, but no password was given. Name the file that holds it, or leave out the user."
        case .passwordWithoutUser:
            "A mail password was given, but the mail URL names no user to log in as. Write the user before the host."
        case .unreadableCertificates(let path):
            "The mail server could not be verified: \(path) cannot be read. Check the path and who may read it."
        case .unusableFolder(let path, let reason):
            "Mail cannot be written to the folder \(path): \(reason). Check the path and who may write there."
        case .libcurl(let reason):
            "Mail cannot be sent: libcurl does not work on this machine (\(reason)). Install libcurl 7.88 or later."
        }
    }
}
