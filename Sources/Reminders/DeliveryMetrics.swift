import Booking
import BookingStore
import Metrics

/// What senders count, in the terms of swift-metrics.
public struct DeliveryMetrics: Sendable {
    /// The counter of messages that could not be sent, by reason.
    public static let failed = "reminders_failed_total"
    /// The counter of messages that were sent, by channel.
    public static let sent = "reminders_sent_total"
    /// The reasons that are shown from the start, as zero: a counter that appears with its first failure hides it.
    private static let knownReasons = [
        "rejected_for_good", "rejected_for_now", "not_sent", "too_late", "cannot_be_written", "invalid_data",
        DeliveryRecord.templateError, LedgerEntry.channelPaused,
    ]

    init() {}

    /// Makes the counters known before anything is counted.
    public static func register() {
        for reason in knownReasons { _ = Counter(label: failed, dimensions: [("reason", reason)]) }
        for channel in Channel.allCases { _ = Counter(label: sent, dimensions: [("channel", channel.rawValue)]) }
    }

    /// Counts what became of a message.
    func count(_ record: DeliveryRecord, by channel: Channel) {
        switch record.status {
        case .sent: Counter(label: Self.sent, dimensions: [("channel", channel.rawValue)]).increment()
        case .failed, .queued: count(failedFor: record.reason ?? "")
        case .unknown: break
        }
    }

    /// Counts a message that could not be sent.
    func count(failedFor reason: String) {
        Counter(label: Self.failed, dimensions: [("reason", reason)]).increment()
    }
}
