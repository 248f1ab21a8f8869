import Glibc

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
