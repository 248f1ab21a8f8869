import Glibc

/// A file of metrics that could not be written.
public struct MetricsFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What was to be done when it failed.
    let action: String
    /// The system's number for why.
    let errno: Int32

    /// Why: what was to be done, and the system's own words.
    public var reason: String {
        "could not \(action): \(String(cString: strerror(errno)))"
    }

    /// Whether the cause may pass without a change of the configuration: a full disk, a quota, an I/O error.
    public var isTemporary: Bool {
        [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM].contains(errno)
    }

    /// What to do about it.
    public var hint: String {
        switch errno {
        case ENOENT, ENOTDIR: "make its folder, or name a file elsewhere"
        case EACCES, EPERM, EROFS: "let this user write to its folder, or name a file elsewhere"
        case ENOSPC, EDQUOT: "free some space"
        default: "check the path, or name a file elsewhere"
        }
    }

    /// What happened, why, and what to do.
    public var description: String {
        "the metrics file \(path) was not written: \(reason); \(hint)"
    }
}
