import FoundationEssentials
import Glibc
import Synchronization

/// A delivery into a folder: the file is written completely elsewhere, then moved, so that readers never see a partial
/// file.
struct FileDelivery {
    /// The destination folder.
    let folder: String
    /// The file's name in the folder.
    let name: String
    /// The path of the temporary file, on the same file system.
    let temporaryPath: String
    /// The description of the folder in failure reasons.
    let folderName: String

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - octets: The file's content.
    ///   - reply: The reply to record when the delivery succeeds.
    ///   - id: The message's identifier for readers of the folder.
    /// - Returns: The outcome.
    func deliver(_ octets: [UInt8], reply: String, id: String? = nil) -> DeliveryOutcome {
        guard !Task.isCancelled else {
            return .notSent(reason: "The delivery was cancelled before the message was sent.", unreachable: false)
        }
        do throws(SystemCallError) {
            try write(octets)
            try SystemCallError.check(rename(temporaryPath, "\(folder)/\(name)"), "move into the folder")
        } catch {
            unlink(temporaryPath)
            return .notSent(reason: "The \(folderName) cannot be written: \(error.reason)", unreachable: true)
        }
        return syncFolder(reply, id)
    }

    private func write(_ octets: [UInt8]) throws(SystemCallError) {
        let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try SystemCallError.check(descriptor, "create a file")
        defer { Glibc.close(descriptor) }
        var position = 0
        while position < octets.count {
            let count = octets[position...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            try SystemCallError.check(Int32(clamping: count), "write")
            position += count
        }
        try SystemCallError.check(fsync(descriptor), "write to the disk")
    }

    /// Syncs the folder after the move: until then, the file might not survive a power failure.
    private func syncFolder(_ reply: String, _ id: String?) -> DeliveryOutcome {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { Glibc.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            return .unknown(reason: "The message is in the \(folderName), which could not be brought to the disk.")
        }
        return .accepted(reply: reply, id: id)
    }
}

/// A failed system call and the reason.
private struct SystemCallError: Error {
    let reason: String

    static func check(_ result: Int32, _ action: String) throws(SystemCallError) {
        guard result < 0 else { return }
        throw SystemCallError(reason: "\(action): \(String(cString: strerror(errno)))")
    }
}

/// The path of a folder that messages are written to.
struct FolderPath {
    let path: String
    /// The kind of message written there, used in error messages.
    let messageKind: TransportConfigurationError.MessageKind

    /// Creates the folder and missing parent folders, accessible only to the owner.
    func make() throws(TransportConfigurationError) {
        let root = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for length in parts.indices.map({ $0 + 1 }) {
            let folder = root + parts.prefix(length).joined(separator: "/")
            guard mkdir(folder, 0o700) != 0, errno != EEXIST else { continue }
            let reason = String(cString: strerror(errno))
            // A parent folder may exist without being accessible. Only the last folder must be.
            if length == parts.count || access(folder, F_OK) != 0 { throw refusal(of: folder, reason) }
        }
        guard access(path, W_OK | X_OK) == 0 else { throw refusal(of: path, String(cString: strerror(errno))) }
    }

    private func refusal(of folder: String, _ reason: String) -> TransportConfigurationError {
        TransportConfigurationError(messageKind, .unusableFolder(path: folder, reason: reason))
    }
}

/// A generator of file names that are unique across deliveries, processes and hosts, and sort by time.
enum UniqueFileName {
    private static let deliveries = Atomic(0)

    /// The host name with the two characters that are special in Maildir names as octal escapes.
    private static let hostName = ProcessInfo.processInfo.hostName
        .replacing("/", with: "\\057")
        .replacing(":", with: "\\072")

    static func make() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let delivery = deliveries.add(1, ordering: .relaxed).newValue
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        // Padded to a fixed width, so that the names sort by time.
        let micros = String(String(now.tv_nsec / 1000 + 1_000_000).dropFirst())
        return "\(now.tv_sec).M\(micros)P\(getpid())Q\(delivery)R\(random).\(hostName)"
    }
}
