import FoundationEssentials

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
