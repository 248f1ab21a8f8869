import Glibc

/// Returns the owner and mode of a folder, or `nil` if it does not exist.
func folderPermissions(_ path: String) -> FolderPermissions? {
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { return nil }
    return FolderPermissions(path: path, mode: facts.st_mode & 0o7777, owner: facts.st_uid, group: facts.st_gid)
}

/// The folders from `/` down to a path, as far as they exist.
func existingFolders(_ path: String) -> [FolderPermissions] {
    var chain = ["/"]
    for name in path.split(separator: "/") {
        chain.append((chain.last == "/" ? "/" : (chain.last ?? "") + "/") + name)
    }
    return chain.compactMap(folderPermissions)
}

/// A path without symbolic links, `.` and `..`, as far as it exists.
func canonicalPath(_ path: String) -> String {
    var missing: [Substring] = []
    var existing = path[...]
    while !existing.isEmpty {
        if let resolved = realpath(String(existing), nil) {
            defer { free(resolved) }
            let start = String(cString: resolved)
            return missing.isEmpty ? start : (start == "/" ? "" : start) + "/" + missing.joined(separator: "/")
        }
        let slash = existing.lastIndex(of: "/") ?? existing.startIndex
        let name = existing[slash...].drop { $0 == "/" }
        if !name.isEmpty {
            missing.insert(name, at: 0)
        }
        existing = slash == existing.startIndex && existing.count > 1 ? "/" : existing[..<slash]
    }
    return path
}

/// Creates a folder and its missing parents.
///
/// - Parameters:
///   - path: The folder.
///   - mode: The mode of the folder; the parents are accessible to everyone.
/// - Throws: A `LocalPostgresError` if the folder cannot be created.
func makeFolder(_ path: String, mode: UInt32) throws(LocalPostgresError) {
    guard folderPermissions(path) == nil else { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        try makeFolder(String(path[..<slash]), mode: 0o755)
    }
    guard mkdir(path, mode) == 0 || errno == EEXIST && folderPermissions(path) != nil else {
        throw folderFailure(path, errno)
    }
}

/// Creates a folder that only one user may enter, or restricts an existing one to that user.
///
/// - Parameters:
///   - path: The folder; its parent must exist.
///   - owner: The owner.
/// - Throws: A `LocalPostgresError` if it cannot be created, or belongs to another user, as any user can create it in
///   `/tmp`.
func makePrivateFolder(_ path: String, owner: Account) throws(LocalPostgresError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw folderFailure(path, errno) }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw folderFailure(path, errno) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw folderFailure(path, errno) }
    guard facts.st_uid == owner.userID || facts.st_uid == geteuid() else {
        throw .misconfigured(
            "the folder \(path) belongs to \(Account.account(userID: facts.st_uid).name), not to \(owner.name)",
            hint: "remove it, or set INTRO_HOME to another folder"
        )
    }
    let isSettled = facts.st_uid == owner.userID && facts.st_mode & 0o7777 == 0o700
    guard
        isSettled
            || fchmod(descriptor, 0o700) == 0
                && (facts.st_uid == owner.userID || fchown(descriptor, owner.userID, owner.groupID) == 0)
    else { throw folderFailure(path, errno) }
}

/// Returns the error for a file or folder of Intro that cannot be used.
func folderFailure(_ path: String, _ number: Int32) -> LocalPostgresError {
    .misconfigured(
        "\(path) cannot be used",
        because: String(cString: strerror(number)),
        hint:
            "set INTRO_HOME to a folder that \(Account.current.name) may write to, or INTRO_DATABASE_URL to a database"
    )
}

/// A lock between processes on a file; the kernel releases it when its process ends.
enum FileLock {
    /// Runs a closure while no other process holds the lock.
    ///
    /// The wait blocks the thread, because the process needs its database for all other work.
    ///
    /// - Parameters:
    ///   - path: The file, which is created if it is missing and is not deleted.
    ///   - body: The closure.
    /// - Returns: The result of `body`.
    /// - Throws: A `LocalPostgresError` if the file cannot be opened, or the error of `body`.
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
}

/// Gives a file that root created in another user's home to that user, so that the user can use it.
func shareWithOwnerOfFolder(_ path: String, _ descriptor: Int32) {
    guard geteuid() == 0, let folder = path.lastIndex(of: "/") else { return }
    var facts = stat()
    if stat(String(path[..<folder]), &facts) == 0 {
        fchown(descriptor, facts.st_uid, facts.st_gid)
    }
}

/// Writes a text to an open file.
func write(_ text: String, to descriptor: Int32, path: String) throws(LocalPostgresError) {
    let octets = Array(text.utf8)
    var start = 0
    while start < octets.count {
        let count = octets[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 || errno == EINTR else { throw folderFailure(path, errno) }
        start += max(0, count)
    }
}
