import Glibc
import Locking

/// A file that one process appends to, which holds a lock on it until it ends.
final class JournalFile: Sendable {
    /// Writes octets to a descriptor; returns their number, or -1 and sets `errno`, as `write(2)` does.
    typealias Writer = @Sendable (Int32, UnsafeRawBufferPointer) -> Int

    let path: String
    private let descriptor: Int32
    private let writer: Writer
    private struct Progress {
        /// The size of the file in octets.
        var written: Int
        /// The number of octets that are on disk.
        var synced = 0
        /// Whether the file ends with an incomplete line.
        var endsInPartialLine: Bool
    }
    private let progress: Guarded<Progress>
    /// Held during a sync: concurrent callers wait, and the next sync covers all of them.
    private let syncing = Guarded(())

    /// Creates a file from a descriptor that holds the lock.
    private init(path: String, descriptor: Int32, writer: @escaping Writer, size: Int, endsInPartialLine: Bool) {
        self.path = path
        self.descriptor = descriptor
        self.writer = writer
        progress = Guarded(Progress(written: size, endsInPartialLine: endsInPartialLine))
    }

    deinit { close(descriptor) }

    /// Opens a file, unless another process holds its lock.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isNew: Whether the file must not exist yet.
    ///   - writer: Writes to the file; tests replace it by one that fails, as on a full disk.
    /// - Returns: The file; `nil` if another process holds its lock, or has just replaced it.
    /// - Throws: `JournalError`.
    static func open(
        _ path: String, isNew: Bool, writer: @escaping Writer = { Glibc.write($0, $1.baseAddress, $1.count) }
    ) throws(JournalError) -> JournalFile? {
        let flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (isNew ? O_CREAT | O_EXCL : 0)
        let descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else {
            if !isNew, errno == ENOENT { return nil }
            throw .last(path)
        }
        var (held, named) = (stat(), stat())
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &held) == 0, stat(path, &named) == 0,
            held.st_ino == named.st_ino
        else {
            close(descriptor)
            return nil
        }
        JournalFolder.shareWithOwner(ofFolderOf: path, descriptor)
        var last: UInt8 = 0
        let size = Int(held.st_size)
        let isWhole = size == 0 || pread(descriptor, &last, 1, off_t(size - 1)) == 1 && last == UInt8(ascii: "\n")
        return JournalFile(
            path: path, descriptor: descriptor, writer: writer, size: size, endsInPartialLine: !isWhole)
    }

    /// The size of the file in octets.
    var size: Int { progress.withLock(\.written) }

    /// Whether the file is still in its folder.
    var isInPlace: Bool {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 && facts.st_nlink > 0
    }

    /// Appends lines, which are on disk only after ``sync(upTo:)``.
    ///
    /// - Returns: The size of the file in octets after the lines.
    /// - Throws: `JournalError`; octets that were written before the error are removed.
    @discardableResult
    func append(_ lines: [JournalLine]) throws(JournalError) -> Int {
        let text = lines.map { $0.text + "\n" }.joined()
        let result = progress.withLock { progress -> Result<Int, JournalError> in
            let octets = Array(((progress.endsInPartialLine ? "\n" : "") + text).utf8)
            var done = 0
            while done < octets.count {
                let count = octets[done...].withUnsafeBytes { writer(descriptor, $0) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    let error = JournalError.last(path)
                    // An incomplete line from before this call remains in the file.
                    if ftruncate(descriptor, off_t(progress.written)) != 0, done > 0 {
                        progress.endsInPartialLine = true
                    }
                    return .failure(error)
                }
                done += count
            }
            progress.written += octets.count
            progress.endsInPartialLine = false
            return .success(progress.written)
        }
        return try result.get()
    }

    /// Waits until the file is on disk up to a position.
    ///
    /// - Throws: `JournalError`.
    func sync(upTo position: Int) throws(JournalError) {
        let result = syncing.withLock { _ -> Result<Void, JournalError> in
            let (written, synced) = progress.withLock { ($0.written, $0.synced) }
            guard synced < position else { return .success(()) }
            while fdatasync(descriptor) != 0 {
                guard errno == EINTR else { return .failure(.last(path)) }
            }
            progress.withLock { $0.synced = max($0.synced, written) }
            return .success(())
        }
        try result.get()
    }
}

/// An error of a journal; without a journal, nothing is sent.
public struct JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// The system's error number.
    public let number: Int32

    /// Creates an error.
    public init(path: String, number: Int32) {
        self.path = path
        self.number = number
    }

    /// The system's error message.
    public var reason: String { String(cString: strerror(number)) }

    /// Whether the error may be temporary, such as a full disk; a missing permission is not.
    public var mayPass: Bool { ![EACCES, EPERM, EROFS, ENOTDIR, ELOOP, ENAMETOOLONG, ENOENT].contains(number) }

    /// The path and the reason.
    public var description: String { "the journal \(path) cannot be written: \(reason)" }

    /// Returns the last system error of this thread.
    static func last(_ path: String) -> JournalError { JournalError(path: path, number: errno) }
}
