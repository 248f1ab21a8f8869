import FoundationEssentials
import Glibc
import Synchronization

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
