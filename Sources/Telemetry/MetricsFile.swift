import Glibc

/// A file of metrics, for the node exporter's textfile collector.
public struct MetricsFile: Sendable {
    /// Where it is; the collector reads files whose names end in `.prom`.
    public let path: String

    /// Names a file, which need not exist yet.
    public init(_ path: String) {
        self.path = path
    }

    /// Replaces the file's text in one step: whoever reads meanwhile sees all of the old one or all of the new.
    ///
    /// The text is on the disk when this returns; the thread waits for it. Everybody may read the file, since the exporter
    /// is another user.
    ///
    /// - Parameter text: The whole text.
    /// - Throws: ``MetricsFileError`` when the system refuses; the file is as before then, and nothing else is left behind.
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

    /// A hidden file in the same folder that no other writer has, and whose name the collector passes over.
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
