import FoundationEssentials
import Glibc

/// The folder of a journal: its ID, and one file for each concurrent sender.
struct JournalFolder {
    /// The size in octets from which files are pruned when they are opened.
    private static let prunedFrom = 1 << 18

    let path: String

    /// Creates the folder of a database's journal in a home.
    init(home: String, database: UUID) {
        path = "\(home)/journal/\(database.uuidString.lowercased())"
    }

    /// Creates the folder and its ID unless they exist.
    ///
    /// - Returns: The ID.
    /// - Throws: `JournalError`.
    func open() throws(JournalError) -> UUID {
        try Self.make(path, privateLevels: 2)
        let file = "\(path)/id"
        if let id = try id(in: file) { return id }
        // Link the complete file: if two processes create an ID, both use the first one.
        let draft = "\(path)/id.\(UUID().uuidString)"
        try Self.write(UUID().uuidString + "\n", to: draft)
        defer { unlink(draft) }
        guard link(draft, file) == 0 || errno == EEXIST else { throw .last(file) }
        try Self.syncFolder(path)
        guard let id = try id(in: file) else { throw JournalError(path: file, number: EINVAL) }
        return id
    }

    private func id(in file: String) throws(JournalError) -> UUID? {
        guard let text = try Self.read(file) else { return nil }
        guard let id = UUID(uuidString: String(text.prefix { !$0.isNewline })) else {
            throw JournalError(path: file, number: EINVAL)
        }
        return id
    }

    /// Returns the content of all files.
    ///
    /// - Throws: `JournalError`.
    func content() throws(JournalError) -> JournalContent {
        var texts: [String] = []
        for file in try files() {
            if let text = try Self.read(file) { texts.append(text) }
        }
        return JournalContent(texts)
    }

    /// Opens a file that is not in use, and removes lines that are no longer needed.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The file; a new one if all others are in use.
    /// - Throws: `JournalError`.
    func claimFile(at now: Date) throws(JournalError) -> JournalFile {
        for file in try files() {
            if let claimed = try JournalFile.open(file, isNew: false) {
                return claimed.size < Self.prunedFrom ? claimed : try pruned(claimed, at: now)
            }
        }
        return try makeFile()
    }

    private func makeFile() throws(JournalError) -> JournalFile {
        // Another sender that starts now may take the new file before this one has locked it.
        for _ in 1...100 {
            let path = "\(path)/\(UUID().uuidString.lowercased()).journal"
            guard let file = try JournalFile.open(path, isNew: true) else { continue }
            try Self.syncFolder(self.path)
            return file
        }
        throw JournalError(path: path, number: EAGAIN)
    }

    /// Replaces a file by a copy without lines that are no longer needed.
    ///
    /// The new file is on disk before the old one is removed, so that each message is in one of them at any time.
    func pruned(_ file: JournalFile, at now: Date) throws(JournalError) -> JournalFile {
        guard let text = try Self.read(file.path) else { return file }
        let (lines, kept) = (JournalText(text).lines, JournalText(text).pruned(at: now))
        guard kept.count <= lines.count / 2 else { return file }
        let successor = try makeFile()
        try successor.sync(upTo: try successor.append(kept))
        guard unlink(file.path) == 0 else { throw .last(file.path) }
        try Self.syncFolder(path)
        return successor
    }

    private func files() throws(JournalError) -> [String] {
        guard let folder = opendir(path) else { throw .last(path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".journal") { names.append("\(path)/\(name)") }
        }
        return names.sorted()
    }
}

extension JournalFolder {
    /// Returns the content of a file; `nil` if it does not exist.
    fileprivate static func read(_ path: String) throws(JournalError) -> String? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last(path)
        }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last(path) }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += part[..<count]
        }
    }

    fileprivate static func write(_ text: String, to path: String) throws(JournalError) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last(path) }
        defer { close(descriptor) }
        shareWithOwner(ofFolderOf: path, descriptor)
        let octets = Array(text.utf8)
        guard Glibc.write(descriptor, octets, octets.count) == octets.count, fsync(descriptor) == 0 else {
            let error = JournalError.last(path)
            unlink(path)
            throw error
        }
    }

    /// Creates a folder and its missing parents; the last levels are accessible to the owner only.
    fileprivate static func make(_ path: String, privateLevels: Int) throws(JournalError) {
        var facts = stat()
        if stat(path, &facts) == 0 {
            guard facts.st_mode & S_IFMT == S_IFDIR else { throw JournalError(path: path, number: ENOTDIR) }
            return
        }
        let parent = parent(of: path)
        if parent != path { try make(parent, privateLevels: privateLevels - 1) }
        guard mkdir(path, privateLevels > 0 ? 0o700 : 0o755) == 0 || errno == EEXIST else { throw .last(path) }
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last(path) }
        defer { close(descriptor) }
        shareWithOwner(ofFolderOf: path, descriptor)
        try syncFolder(parent)
    }

    /// Syncs the entries of a folder to disk.
    fileprivate static func syncFolder(_ path: String) throws(JournalError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .last(path) }
    }

    /// Gives a file that root created in another user's home to that user, so that the user can use it.
    static func shareWithOwner(ofFolderOf path: String, _ descriptor: Int32) {
        guard geteuid() == 0 else { return }
        var facts = stat()
        if stat(parent(of: path), &facts) == 0 { fchown(descriptor, facts.st_uid, facts.st_gid) }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
