import FoundationEssentials

/// A value that must not be printed; whoever wants it has to say so.
struct Secret: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The value itself.
    let revealed: String

    var description: String { "…" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Settings.Mail {
    /// Reads the mail server's password from its file, the line end stripped.
    ///
    /// - Returns: The password, or `nil` where no file is configured.
    /// - Throws: A `Failure` that ends with 78 when the file is missing, empty, or cannot be read.
    func password() throws(Failure) -> Secret? {
        guard let passwordFile else { return nil }
        guard let data = try? Data(contentsOf: URL(filePath: passwordFile)) else {
            throw .misconfigured(
                "the mail password cannot be read from \(passwordFile)",
                because: "there is no such file, or you may not read it",
                hint: "write the password into it, or correct \(Setting.mailPasswordFile.environmentName)"
            )
        }
        var text = Substring(decoding: data, as: UTF8.self)
        if text.last?.isNewline == true {
            text.removeLast()
        }
        guard !text.isEmpty, !text.contains(where: \.isNewline) else {
            throw .misconfigured(
                "the mail password in \(passwordFile) is not one line of text",
                hint: "write the password alone into the file"
            )
        }
        return Secret(revealed: String(text))
    }
}
