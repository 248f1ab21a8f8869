import FoundationEssentials
import Glibc
import Synchronization

/// Puts a message into a folder as a file: written whole elsewhere, then moved, so that no reader ever sees half of one.
struct FileDelivery {
    /// The folder that readers look into.
    let folder: String
    /// The file's name there.
    let name: String
    /// Where it is written, on the same file system.
    let temporaryPath: String
    /// The words for the folder in a reason.
    let folderName: String

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - octets: What it holds.
    ///   - reply: What the folder answers, as it were.
    ///   - id: The message's name for whoever reads the folder.
    /// - Returns: How it ended.
    func deliver(_ octets: [UInt8], reply: String, id: String? = nil) -> DeliveryOutcome {
        guard !Task.isCancelled else {
            return .notSent(reason: "The delivery was cancelled before the message went out.", unreachable: false)
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

    /// The message is in the folder; whether it would survive a power cut is known when the folder is on the disk too.
    private func syncFolder(_ reply: String, _ id: String?) -> DeliveryOutcome {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { Glibc.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            return .unknown(reason: "The message is in the \(folderName), which could not be brought to the disk.")
        }
        return .accepted(reply: reply, id: id)
    }
}

/// A call to the system that failed, and why.
private struct SystemCallError: Error {
    let reason: String

    static func check(_ result: Int32, _ action: String) throws(SystemCallError) {
        guard result < 0 else { return }
        throw SystemCallError(reason: "\(action): \(String(cString: strerror(errno)))")
    }
}

/// A folder that messages are written into.
struct FolderPath {
    let path: String
    /// What is written there, for the words of an error.
    let messageKind: TransportConfigurationError.MessageKind

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
        TransportConfigurationError(messageKind, .unusableFolder(path: folder, reason: reason))
    }
}

/// Names that no other delivery has, in this process or another, on this host or another; in order of time.
enum UniqueFileName {
    private static let deliveries = Atomic(0)

    /// The host name with the two signs that Maildir names give a meaning to written as octal numbers.
    private static let hostName = ProcessInfo.processInfo.hostName
        .replacing("/", with: "\\057")
        .replacing(":", with: "\\072")

    static func make() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let delivery = deliveries.add(1, ordering: .relaxed).newValue
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        // Of one width, so that the names sort by time.
        let micros = String(String(now.tv_nsec / 1000 + 1_000_000).dropFirst())
        return "\(now.tv_sec).M\(micros)P\(getpid())Q\(delivery)R\(random).\(hostName)"
    }
}
