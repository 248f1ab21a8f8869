import FoundationEssentials
import Glibc
import Synchronization

/// Writes messages into a Maildir: whole into `tmp`, then moved to `new`, so that no reader ever sees half of one.
actor MaildirCourier: Courier {
    private static let deliveries = Atomic(0)

    private nonisolated let executor = CourierExecutor(label: "intro.maildir-courier")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String

    init(path: String) {
        self.path = path
    }

    func deliver(_ mail: PostedMail) async -> DeliveryOutcome {
        guard !Task.isCancelled else {
            return .notSent(reason: "The delivery was cancelled before the message went out.", unreachable: false)
        }
        let name = Self.makeName()
        let envelope = "Return-Path: <\(mail.from.address)>\r\nDelivered-To: \(mail.to.address)\r\n"
        do throws(SystemFailure) {
            try write(Array(envelope.utf8) + mail.message.withCRLFLineEnds, to: "\(path)/tmp/\(name)")
            try SystemFailure.check(rename("\(path)/tmp/\(name)", "\(path)/new/\(name)"), "move into new")
        } catch {
            unlink("\(path)/tmp/\(name)")
            return .notSent(reason: "The mail folder cannot be written: \(error.reason)", unreachable: true)
        }
        return settle(name)
    }

    func close() async {}

    private func write(_ octets: [UInt8], to file: String) throws(SystemFailure) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try SystemFailure.check(descriptor, "create a file in tmp")
        defer { Glibc.close(descriptor) }
        var position = 0
        while position < octets.count {
            let count = octets[position...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            try SystemFailure.check(Int32(clamping: count), "write")
            position += count
        }
        try SystemFailure.check(fsync(descriptor), "write to the disk")
    }

    /// The message is in the folder; whether it would survive a power cut is known when the folder is on the disk too.
    private func settle(_ name: String) -> DeliveryOutcome {
        let descriptor = open("\(path)/new", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { Glibc.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            return .unknown(reason: "The message is in the mail folder, which could not be brought to the disk.")
        }
        return .accepted(reply: "new/\(name)")
    }

    /// A name that no other delivery has, in this process or another, on this host or another.
    private static func makeName() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let delivery = deliveries.add(1, ordering: .relaxed).newValue
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(now.tv_sec).M\(now.tv_nsec / 1000)P\(getpid())Q\(delivery)R\(random).\(hostName)"
    }

    /// The host name with the two signs that Maildir names give a meaning to written as octal numbers.
    private static let hostName = ProcessInfo.processInfo.hostName
        .replacing("/", with: "\\057")
        .replacing(":", with: "\\072")
}

/// A call to the system that failed, and why.
private struct SystemFailure: Error {
    let reason: String

    static func check(_ result: Int32, _ action: String) throws(SystemFailure) {
        guard result < 0 else { return }
        throw SystemFailure(reason: "\(action): \(String(cString: strerror(errno)))")
    }
}
