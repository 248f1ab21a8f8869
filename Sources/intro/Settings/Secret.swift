import BookingStore
import FoundationEssentials
import Glibc

/// A value that must not be printed; only ``revealed`` returns it.
struct Secret: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The value itself.
    let revealed: String

    var description: String { "…" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret {
    /// Reads a secret from a file that contains nothing else; the line end is removed.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - name: The kind of secret, for messages.
    ///   - setting: The setting that names the file.
    /// - Returns: The secret, or `nil` when the file is empty or has only a line end.
    /// - Throws: A `Failure` with exit code 78 when the file is missing, cannot be read, or has more than one line.
    fileprivate static func read(_ path: String, _ name: String, _ setting: Setting) throws(Failure) -> Secret? {
        try FileTrust.check(path, .secret)
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw .misconfigured(
                "the \(name) cannot be read from \(path)",
                because: "the file does not exist or cannot be read",
                hint: "write the \(name) into it, or correct \(setting.environmentName)"
            )
        }
        var text = Substring(decoding: data, as: UTF8.self)
        if text.last?.isNewline == true {
            text.removeLast()
        }
        guard !text.contains(where: \.isNewline) else {
            throw .misconfigured(
                "the \(name) in \(path) is not one line of text",
                hint: "write only the \(name) into the file"
            )
        }
        return text.isEmpty ? nil : Secret(revealed: String(text))
    }
}

extension Settings.Mail {
    /// Reads the mail server's password from its file.
    ///
    /// - Returns: The password, or `nil` when no file is configured or the file is empty.
    /// - Throws: A `Failure` with exit code 78 when the file is missing, cannot be read, or has more than one line.
    func password() throws(Failure) -> Secret? {
        guard let passwordFile else { return nil }
        return try .read(passwordFile, "mail password", .mailPasswordFile)
    }
}

extension Settings.Texts {
    /// Reads the token of the SMS account from its file.
    ///
    /// - Returns: The token, or `nil` when no file is configured or the file is empty.
    /// - Throws: A `Failure` with exit code 78 when the file is missing, cannot be read, or has more than one line.
    func token() throws(Failure) -> Secret? {
        guard let tokenFile else { return nil }
        return try .read(tokenFile, "token for texts", .smsTokenFile)
    }
}

extension Settings.Privacy {
    /// Reads the key of the hashes that are kept of erased clients.
    ///
    /// - Returns: The key, or `nil` when no file is configured, or when it has only a line end: the systemd unit passes that
    ///   as the credential where the key does not exist.
    /// - Throws: A `Failure` with exit code 78 when the file is missing, cannot be read, or is too short.
    func key() throws(Failure) -> PrivacyKey? {
        guard let keyFile else { return nil }
        try FileTrust.check(keyFile, .secret)
        let setting = Setting.privacyKeyFile
        guard let data = try? Data(contentsOf: URL(filePath: keyFile)) else {
            throw .misconfigured(
                "the privacy key cannot be read from \(keyFile)",
                because: "the file does not exist or cannot be read",
                hint: "restore the file, or correct \(setting.environmentName)")
        }
        guard data != Data("\n".utf8) else { return nil }
        guard let key = PrivacyKey([UInt8](data)) else {
            throw .misconfigured(
                "the privacy key in \(keyFile) is too short",
                because: "it has \(data.count) bytes, and at least \(PrivacyKey.minimumLength) are needed",
                hint: "restore the file, or \(Self.creation)")
        }
        return key
    }

    /// How a key is created.
    static let creation = "create a key: `head -c 32 /dev/urandom > FILE && chmod 600 FILE`"
}

extension Settings.Database {
    /// Reads the database URL, which may contain a password, from a file.
    ///
    /// - Parameter path: The file.
    /// - Returns: The URL.
    /// - Throws: A `Failure` with exit code 78 when the file is missing, cannot be read, or is not one line of text.
    static func url(inFile path: String) throws(Failure) -> Secret {
        guard let url = try Secret.read(path, "database URL", .databaseURLFile) else {
            throw .misconfigured(
                "no database URL in \(path)", because: "the file is empty",
                hint: "write the database URL into it, or correct \(Setting.databaseURLFile.environmentName)")
        }
        return url
    }
}

/// Returns a connection string or URL with its passwords replaced.
///
/// Replaces passwords in `scheme://user:password@host`, in query parameters, and in libpq's `password=...` keywords.
///
/// - Parameter text: The connection string, or a text that contains connection strings.
/// - Returns: The text with an ellipsis in place of each password.
func redacted(_ text: String) -> String {
    var text = text
    // An unescaped password may contain @ and /: everything up to the last @ is treated as the password.
    text.replace(#/(:\/\/[^:\/?#\s]*):\S*@/#) { "\($0.1):…@" }
    text.replace(#/(?i)((?:ssl)?password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&']+)/#) { "\($0.1)…" }
    return text
}
