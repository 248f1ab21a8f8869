import Glibc

/// A lock between processes, held on a file; the kernel lets go of it when its holder dies.
enum FileLock {
    /// Does something while no other process holds the lock.
    ///
    /// The wait blocks the thread: the process has nothing else to do until its database is there.
    ///
    /// - Parameters:
    ///   - path: The file, which is made when it is missing and stays.
    ///   - body: What to do.
    /// - Returns: What `body` returns.
    /// - Throws: A `Failure` when the file cannot be opened, or what `body` throws.
    static func withLock<Result>(_ path: String, _ body: () async throws -> Result) async throws -> Result {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw folderFailure(path, errno) }
        defer { close(descriptor) }
        shareWithOwnerOfFolder(path, descriptor)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw folderFailure(path, errno) }
        }
        return try await body()
    }

    /// Root may lend a hand in somebody's home; the lock it leaves behind must be of use to that user.
    private static func shareWithOwnerOfFolder(_ path: String, _ descriptor: Int32) {
        guard geteuid() == 0, let folder = path.lastIndex(of: "/") else { return }
        var facts = stat()
        if stat(String(path[..<folder]), &facts) == 0 {
            fchown(descriptor, facts.st_uid, facts.st_gid)
        }
    }
}
