import FoundationEssentials
import Glibc
import SystemPackage

/// A back-up that is being written, under a temporary name in the folder of its file.
///
/// It is locked for as long as it or the program that writes it is open. The next back-up in the folder removes drafts
/// of killed commands, which are not locked.
struct BackupDraft {
    /// The file to become.
    let path: String
    /// The open draft.
    let descriptor: FileDescriptor
    private let draft: String
    private let folder: String

    private static let prefix = ".intro-backup-"

    /// Creates a draft with mode 0600.
    ///
    /// - Parameter path: The file to become; it must not exist.
    /// - Throws: A ``BackupError``.
    init(for path: String) throws(BackupError) {
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw .unusable(path: path, reason: "it is not the name of a file")
        }
        let slash = path.lastIndex(of: "/")
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        self.path = path
        try Self.requireAbsence(of: path)
        Self.removeAbandoned(in: folder)
        var template = Array("\(folder)/\(Self.prefix)XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0 else {
            throw .unusable(path: folder, reason: String(cString: strerror(errno)))
        }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        draft = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        descriptor = FileDescriptor(rawValue: number)
        flock(number, LOCK_EX | LOCK_NB)
    }

    /// Gives the draft, once it is on disk, the name of the file, which must still not exist.
    func publish() throws(BackupError) {
        guard fsync(descriptor.rawValue) == 0 else { throw .last(draft) }
        // Unlike a renaming, this never replaces a file that was created in the meantime.
        if link(draft, path) != 0 {
            if errno == EEXIST { throw .fileExists(path: path) }
            // Some file systems have no hard links.
            guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else { throw .last(path) }
            try Self.requireAbsence(of: path)
            guard rename(draft, path) == 0 else { throw .last(path) }
        }
        let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .last(folder) }
        defer { Glibc.close(number) }
        guard fsync(number) == 0 || errno == EINVAL else { throw .last(folder) }
    }

    /// Closes the draft, and removes it unless it was published.
    func close() {
        unlink(draft)
        Glibc.close(descriptor.rawValue)
    }

    private static func requireAbsence(of path: String) throws(BackupError) {
        var facts = stat()
        guard lstat(path, &facts) != 0 else { throw .fileExists(path: path) }
        guard errno == ENOENT else { throw .last(path) }
    }

    private static func removeAbandoned(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let number = open("\(folder)/\(name)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard number >= 0 else { continue }
            if flock(number, LOCK_EX | LOCK_NB) == 0 { unlink("\(folder)/\(name)") }
            Glibc.close(number)
        }
    }
}
