import Glibc

/// A file of metrics, for the node exporter's textfile collector.
public struct MetricsFile: Sendable {
    /// The path; the collector reads files whose names end in `.prom`.
    public let path: String

    /// Creates a reference to a file, which need not exist.
    public init(_ path: String) {
        self.path = path
    }

    /// Replaces the contents atomically: a concurrent reader sees either the old or the new contents.
    ///
    /// The contents are on the disk when this returns; the call blocks. The file is readable for all users, since the
    /// exporter runs as another user.
    ///
    /// - Parameter text: The new contents.
    /// - Throws: ``MetricsFileError`` on a system error; the file is unchanged then, and no draft remains.
    public func write(_ text: String) throws(MetricsFileError) {
        let draft = makeDraftPath()
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try check(descriptor, "make a draft beside it")
        defer { close(descriptor) }
        do throws(MetricsFileError) {
            try fill(descriptor, with: text)
            try check(rename(draft, path), "move the draft into its place")
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Returns the path of a hidden file in the same folder, unique to this writer, that the collector ignores.
    private func makeDraftPath() -> String {
        let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(path[..<start]).\(path[start...]).\(random)"
    }

    private func fill(_ descriptor: Int32, with text: String) throws(MetricsFileError) {
        try check(fchmod(descriptor, 0o644), "let everybody read the draft")
        let octets = Array(text.utf8)
        var position = 0
        while position < octets.count {
            let count = octets[position...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            try check(Int32(clamping: count), "write the draft")
            position += count
        }
        try check(fsync(descriptor), "bring the draft to the disk")
    }

    private func check(_ result: Int32, _ action: String) throws(MetricsFileError) {
        guard result < 0 else { return }
        throw MetricsFileError(path: path, action: action, errno: errno)
    }
}

/// The error for a metrics file that could not be written.
public struct MetricsFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// The action that failed.
    let action: String
    /// The system's error number.
    let errno: Int32

    /// The action that failed, and the system's message.
    public var reason: String {
        "could not \(action): \(String(cString: strerror(errno)))"
    }

    /// Whether the cause may be temporary: a full disk, a quota, an I/O error.
    public var isTemporary: Bool {
        [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM].contains(errno)
    }

    /// Advice on how to correct the error.
    public var hint: String {
        switch errno {
        case ENOENT, ENOTDIR: "make its folder, or name a file elsewhere"
        case EACCES, EPERM, EROFS: "let this user write to its folder, or name a file elsewhere"
        case ENOSPC, EDQUOT: "free some space"
        default: "check the path, or name a file elsewhere"
        }
    }

    /// The error, its cause, and advice.
    public var description: String {
        "the metrics file \(path) was not written: \(reason); \(hint)"
    }
}
