import Booking
import BookingStore
import FoundationEssentials

/// Whether messages of a channel leave, as JSON has it: one for each host that has paused it, or one for all.
struct ChannelRecord: Encodable, Equatable, Sendable {
    let channel: String
    /// The host; `null` where no host has paused the channel.
    @Null var sender: String?
    let paused: Bool
    /// unreachable, refused or deferred.
    @Null var code: String?
    /// What the server said, or why it could not be used.
    @Null var reason: String?
    @Null var since: Date?
    /// When one message is tried.
    @Null var until: Date?
    /// How often one message was tried since the pause began.
    let retries: Int

    init(_ channel: Channel, _ pause: ChannelPause?) {
        self.channel = channel.rawValue
        sender = pause?.sender
        paused = pause != nil
        code = pause?.code.rawValue
        reason = pause?.reason
        since = pause?.since
        until = pause?.until
        retries = pause?.retries ?? 0
    }

    /// Every channel, with its pauses.
    static func all(_ pauses: [ChannelPause]) -> [ChannelRecord] {
        Channel.allCases.flatMap { channel in
            let own = pauses.filter { $0.channel == channel }
            return own.isEmpty ? [ChannelRecord(channel, nil)] : own.map { ChannelRecord(channel, $0) }
        }
    }
}

extension ChannelPause {
    /// The pause in a line, with the server's words.
    var line: String {
        let retried = retries > 0 ? ", tried again \(counted(retries, "time"))" : ""
        return "\(channel.rawValue) is paused on \(sender) since \(RFC3339.string(since))\(retried), next try at "
            + "\(RFC3339.string(until)): \(cause)".visible
    }
}
