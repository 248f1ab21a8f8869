import Glibc

/// A journal that cannot be used; without one, nothing is sent.
public struct JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// The number of the system's error.
    public let number: Int32

    /// Describes a problem.
    public init(path: String, number: Int32) {
        self.path = path
        self.number = number
    }

    /// The problem in the system's words.
    public var reason: String { String(cString: strerror(number)) }

    /// Whether it may pass by itself: a full disk does, a missing right does not.
    public var mayPass: Bool { ![EACCES, EPERM, EROFS, ENOTDIR, ELOOP, ENAMETOOLONG, ENOENT].contains(number) }

    /// The path and the reason.
    public var description: String { "the journal \(path) cannot be written: \(reason)" }

    /// Describes the last problem of this thread.
    static func last(_ path: String) -> JournalError { JournalError(path: path, number: errno) }
}
