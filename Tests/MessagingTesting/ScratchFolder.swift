import Foundation

/// A folder for one test, which goes with it.
public final class ScratchFolder: Sendable {
    /// The absolute path.
    public let path: String

    /// Makes the folder; with open permissions other users' servers can write into it.
    public init(isOpen: Bool = false) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("intro-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Set after making it, because the process's umask cuts permissions down.
        try FileManager.default.setAttributes([.posixPermissions: isOpen ? 0o777 : 0o700], ofItemAtPath: folder.path)
        path = folder.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
