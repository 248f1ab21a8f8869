import Glibc

/// A folder that messages are written into.
struct FolderPath {
    let path: String
    /// What is written there, for the words of an error.
    let freight: TransportConfigurationError.Freight

    /// Makes the folder, and those above it, where they are missing; readable by its owner alone.
    func make() throws(TransportConfigurationError) {
        let root = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for length in parts.indices.map({ $0 + 1 }) {
            let folder = root + parts.prefix(length).joined(separator: "/")
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            let reason = String(cString: strerror(errno))
            // A folder above may be beyond our rights and exist all the same; only the last one must be ours.
            if length == parts.count || access(folder, F_OK) != 0 { throw refusal(of: folder, reason) }
        }
        guard access(path, W_OK | X_OK) == 0 else { throw refusal(of: path, String(cString: strerror(errno))) }
    }

    private func refusal(of folder: String, _ reason: String) -> TransportConfigurationError {
        TransportConfigurationError(freight, .unusableFolder(path: folder, reason: reason))
    }
}
