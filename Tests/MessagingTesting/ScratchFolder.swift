import Foundation

/// A temporary folder for one test, removed at its end.
public final class ScratchFolder: Sendable {
    /// The absolute path.
    public let path: String

    /// Creates the folder; if it is open, servers of other users can write to it.
    public init(isOpen: Bool = false) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("intro-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Set after the creation, because the process's umask restricts permissions.
        try FileManager.default.setAttributes([.posixPermissions: isOpen ? 0o777 : 0o700], ofItemAtPath: folder.path)
        path = folder.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
