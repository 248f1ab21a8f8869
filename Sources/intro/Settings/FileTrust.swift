import FoundationEssentials
import Glibc

/// A check that other users cannot have written a settings or secret file.
enum FileTrust {
    /// The kind of content of a file.
    enum Content {
        /// Settings. In a directory such as `/tmp`, the file may have been created by another user.
        case settings
        /// A password, a token, or a URL that contains a password.
        case secret
    }

    /// Checks the owner and the mode of a file.
    ///
    /// Does nothing if the file does not exist.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - content: The kind of content: settings must not be writable by others; a secret must not be writable by the
    ///     group either.
    ///   - user: The user of the process. Files of this user and of root are trusted.
    /// - Throws: A `Failure` with exit code 78.
    static func check(_ path: String, _ content: Content, user: UInt32 = geteuid()) throws(Failure) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        if let problem = problem(owner: status.st_uid, mode: status.st_mode, content, user: user) {
            throw .misconfigured("the file \(path) is not used", because: problem.reason, hint: problem.hint(path))
        }
    }

    /// The reason why a file is not trusted, and the remedy.
    struct Problem: Equatable {
        let reason: String
        let command: String

        func hint(_ path: String) -> String { "check its content, then run `\(command) \(path)`" }
    }

    /// Returns the problem of an owner and a mode, or `nil`.
    static func problem(owner: UInt32, mode: UInt32, _ content: Content, user: UInt32) -> Problem? {
        if owner != 0 && owner != user {
            return Problem(reason: "it belongs to another user (uid \(owner))", command: "chown \(user)")
        }
        switch content {
        case .settings where mode & 0o002 != 0:
            return Problem(reason: "it is writable by everyone", command: "chmod o-w")
        case .secret where mode & 0o022 != 0:
            return Problem(reason: "it is writable by users other than its owner", command: "chmod 600")
        case .settings, .secret:
            return nil
        }
    }
}
