import FoundationEssentials
import Glibc

/// A value that must not be printed; whoever wants it has to say so.
struct Secret: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The value itself.
    let revealed: String

    var description: String { "…" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret {
    /// Reads a secret that stands alone in a file, the line end stripped.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - name: What it holds, for messages.
    ///   - setting: The setting that names the file.
    /// - Returns: The secret, or `nil` when the file has nothing but a line end, if that.
    /// - Throws: A `Failure` that ends with 78 when the file is missing, cannot be read, or has more than a line.
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
                hint: "write the \(name) alone into the file"
            )
        }
        return text.isEmpty ? nil : Secret(revealed: String(text))
    }
}

extension Settings.Mail {
    /// Reads the mail server's password from its file.
    ///
    /// - Returns: The password, or `nil` where no file is configured or the file is empty.
    /// - Throws: A `Failure` that ends with 78 when the file is missing, cannot be read, or has more than a line.
    func password() throws(Failure) -> Secret? {
        guard let passwordFile else { return nil }
        return try .read(passwordFile, "mail password", .mailPasswordFile)
    }
}

extension Settings.Texts {
    /// Reads the token of the account that sends texts from its file.
    ///
    /// - Returns: The token, or `nil` where no file is configured or the file is empty.
    /// - Throws: A `Failure` that ends with 78 when the file is missing, cannot be read, or has more than a line.
    func token() throws(Failure) -> Secret? {
        guard let tokenFile else { return nil }
        return try .read(tokenFile, "token for texts", .smsTokenFile)
    }
}

extension Settings.Database {
    /// Reads the database's URL from a file; it may have a password in it.
    ///
    /// - Parameter path: The file.
    /// - Returns: The URL.
    /// - Throws: A `Failure` that ends with 78 when the file is missing, cannot be read, or is not one line of text.
    static func url(inFile path: String) throws(Failure) -> Secret {
        guard let url = try Secret.read(path, "database URL", .databaseURLFile) else {
            throw .misconfigured(
                "no database URL in \(path)", because: "the file is empty",
                hint: "write the database URL into it, or correct \(Setting.databaseURLFile.environmentName)")
        }
        return url
    }
}

/// Checks that a file which decides what Intro does cannot have been written by someone else.
enum FileTrust {
    /// What a file holds.
    enum Content {
        /// Settings; a directory such as `/tmp` may hold a file that another user planted.
        case settings
        /// A password, a token or a URL with a password in it.
        case secret
    }

    /// Checks the owner and the mode of a file; a file that does not exist is not this check's concern.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - content: What it holds: nobody else may write settings, and neither the group nor others may write a secret.
    ///   - user: The user who runs the process. Files of theirs and of root are trusted.
    /// - Throws: A `Failure` that ends with 78.
    static func check(_ path: String, _ content: Content, user: UInt32 = geteuid()) throws(Failure) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        if let problem = problem(owner: status.st_uid, mode: status.st_mode, content, user: user) {
            throw .misconfigured("the file \(path) is not used", because: problem.reason, hint: problem.hint(path))
        }
    }

    /// Why a file cannot be trusted, and what to do.
    struct Problem: Equatable {
        let reason: String
        let command: String

        func hint(_ path: String) -> String { "\(command) \(path), after checking what is in it" }
    }

    /// Judges an owner and a mode.
    static func problem(owner: UInt32, mode: UInt32, _ content: Content, user: UInt32) -> Problem? {
        if owner != 0 && owner != user {
            return Problem(reason: "it belongs to another user (uid \(owner))", command: "chown \(user)")
        }
        switch content {
        case .settings where mode & 0o002 != 0:
            return Problem(reason: "everyone may write to it", command: "chmod o-w")
        case .secret where mode & 0o022 != 0:
            return Problem(reason: "others than its owner may write to it", command: "chmod 600")
        case .settings, .secret:
            return nil
        }
    }
}

/// A connection string or URL without its passwords, fit to print.
///
/// Passwords are taken out of `scheme://user:password@host`, of query parameters, and of libpq's `password=...`
/// keywords.
///
/// - Parameter text: The connection string, or a text that contains some.
/// - Returns: The text with an ellipsis in the place of each password.
func redacted(_ text: String) -> String {
    var text = text
    // A password may itself hold @ and / where somebody forgot to escape them: up to the last @, all is taken for it.
    text.replace(#/(:\/\/[^:\/?#\s]*):\S*@/#) { "\($0.1):…@" }
    text.replace(#/(?i)((?:ssl)?password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&']+)/#) { "\($0.1)…" }
    return text
}
