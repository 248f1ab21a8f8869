import Glibc

/// Mail into a folder: a Maildir, which most mail programs open.
public struct MaildirTransport: Transport {
    private let path: String

    /// Makes the transport; nothing is written yet.
    ///
    /// - Parameter path: The folder; it is made, with the folders above it, when the first courier is.
    public init(path: String) {
        self.path = path
    }

    /// Makes the folder where it is missing, readable by its owner alone, and a courier that writes into it.
    public func makeCourier() throws(TransportConfigurationError) -> any Courier<PostedMail> {
        try Self.makeFolder(path)
        for folder in ["tmp", "new", "cur"] { try Self.makeFolder("\(path)/\(folder)") }
        return MaildirCourier(path: path)
    }

    private static func makeFolder(_ path: String) throws(TransportConfigurationError) {
        let root = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for length in parts.indices.map({ $0 + 1 }) {
            let folder = root + parts.prefix(length).joined(separator: "/")
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            let reason = String(cString: strerror(errno))
            // A folder above may be beyond our rights and exist all the same; only the last one must be ours.
            if length == parts.count || access(folder, F_OK) != 0 {
                throw TransportConfigurationError(.mail, .unusableFolder(path: folder, reason: reason))
            }
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw TransportConfigurationError(
                .mail, .unusableFolder(path: path, reason: String(cString: strerror(errno))))
        }
    }
}
