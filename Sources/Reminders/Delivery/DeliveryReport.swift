public import Booking
public import BookingStore
import Messaging
import Metrics

extension DeliveryRun {
    /// The counts of a batch: every claimed message is counted in exactly one of the last four.
    public struct Counts: Sendable, Equatable {
        /// The number of claimed messages.
        public internal(set) var due = 0
        /// The number of messages that a transport accepted.
        public internal(set) var sent = 0
        /// The number of messages that were refused, temporarily or permanently, or could not be delivered to the
        /// server.
        public internal(set) var failed = 0
        /// The number of messages with an unknown delivery status.
        public internal(set) var unknown = 0
        /// The number of messages that were skipped, each with a reason.
        public internal(set) var skipped = 0

        /// Counts messages, and adds them to one of the four outcomes.
        mutating func add(_ count: Int = 1, to ending: WritableKeyPath<Counts, Int>) {
            due += count
            self[keyPath: ending] += count
        }
    }

    /// A kind of delivery failure.
    public struct Failure: Sendable, Hashable {
        /// The channel.
        public let channel: Channel
        /// The reason code in the ledger.
        public let reason: MessageReason
        /// Whether the messages stay queued and are tried again.
        public let isPostponed: Bool
        /// Whether the server permanently refused the address itself, which blocks it: no action is needed.
        public let isAddressBlocked: Bool
    }

    /// The result of a batch.
    public struct Report: Sendable {
        /// The counts by outcome.
        public internal(set) var counts = Counts()
        /// The number of failed messages by kind of failure.
        public internal(set) var failures: [Failure: Int] = [:]
        /// The number of sent messages by channel.
        public internal(set) var sent: [Channel: Int] = [:]
        /// The number of sent messages by rule.
        public internal(set) var sentByRule: [String: Int] = [:]
        /// The number of messages that wait because their session cannot take place as booked; not part of the counts.
        public internal(set) var blocked = 0
        /// The template problems, if the operator's folder has changed since the previous batch.
        public internal(set) var templateProblems: [String] = []
        /// The number of messages whose server did not reply, which are part of the unknown ones.
        public internal(set) var unanswered = 0
        /// The sessions with a message whose sender crashed before its outcome was recorded.
        public internal(set) var abandoned: [Reference] = []
        /// The number of messages marked as unknown because this sender's journal lists them and the database, which
        /// was restored or promoted, still had them queued.
        public internal(set) var restored = 0
        /// The messages that are held because the database was restored or promoted; `nil` if none is held.
        public internal(set) var held: HeldMessages?
        /// The reasons that the transport of a channel cannot be used, by channel.
        public internal(set) var unreachable: [Channel: String] = [:]
        /// The reasons that the server of a channel refuses the sender, by channel.
        public internal(set) var refused: [Channel: String] = [:]
        /// The pauses of channels that were not used, because an earlier batch of this host was refused.
        public internal(set) var paused: [Channel: ChannelPause] = [:]
        /// The duration of the pauses that ended with this batch, by channel.
        public internal(set) var resumed: [Channel: Duration] = [:]
        /// Whether a continuous run reached its time limit with messages left, so that a new run can send newly due
        /// messages first.
        public internal(set) var isCutShort = false
        /// The replies of servers that asked the client to wait, by channel.
        public internal(set) var deferred: [Channel: String] = [:]
    }
}

extension DeliveryRun.Report {
    /// The number of messages that count as failed, and stay queued for another attempt.
    public var postponed: Int { failures.filter(\.key.isPostponed).values.reduce(0, +) }

    /// Counts messages that could not be sent.
    mutating func count(_ number: Int = 1, failedAs failure: DeliveryRun.Failure) {
        guard number > 0 else { return }
        counts.add(number, to: \.failed)
        failures[failure, default: 0] += number
    }

    /// Counts an outcome as the ledger records it.
    mutating func count(
        _ outcome: DeliveryOutcome, as record: DeliveryRecord, of channel: Channel, for rule: String
    ) {
        switch outcome {
        case .accepted:
            counts.add(to: \.sent)
            sent[channel, default: 0] += 1
            sentByRule[rule, default: 0] += 1
        case .rejectedTemporarily, .rejectedPermanently, .senderRefused, .notSent:
            if let failure = DeliveryRun.Failure(record, channel) { count(failedAs: failure) }
        case .unknown:
            counts.add(to: \.unknown)
            unanswered += 1
        }
    }

    /// Adds the state of a channel, and moves misattributed messages from failed to postponed.
    mutating func add(_ health: ChannelHealth, of channel: Channel) {
        switch health.stop?.code {
        case .unreachable: unreachable[channel] = health.stop?.reason
        case .refused: refused[channel] = health.stop?.reason
        case .deferred: deferred[channel] = health.stop?.reason
        case nil: break
        }
        guard health.misattributedInRun > 0 else { return }
        let failure = DeliveryRun.Failure(
            channel: channel, reason: .rejectedPermanently, isPostponed: false, isAddressBlocked: false)
        let left = failures[failure, default: 0] - health.misattributedInRun
        failures[failure] = left > 0 ? left : nil
        failures[DeliveryRun.Failure(unattempted: .refused, channel), default: 0] += health.misattributedInRun
    }
}

extension DeliveryRun.Failure {
    /// Creates the failure of messages that were not tried because their channel was stopped.
    init(unattempted code: ChannelPause.Code, _ channel: Channel) {
        let reason: MessageReason =
            switch code {
            case .unreachable: .notSent
            case .refused: .channelPaused
            case .deferred: .rejectedForNow
            }
        self.init(channel: channel, reason: reason, isPostponed: true, isAddressBlocked: false)
    }

    /// Creates the failure that a record describes; `nil` if the record has no reason.
    init?(_ record: DeliveryRecord, _ channel: Channel) {
        guard let reason = record.reason else { return nil }
        self.init(
            channel: channel, reason: reason, isPostponed: record.status == .queued,
            isAddressBlocked: record.suppression != nil)
    }
}

/// The counters of senders, for swift-metrics.
public struct DeliveryMetrics: Sendable {
    /// The counter of messages that could not be sent, by reason.
    public static let failed = "reminders_failed_total"
    /// The counter of messages that were sent, by channel.
    public static let sent = "reminders_sent_total"
    /// The reasons whose counters exist from the start with the value 0: a counter that first appears with a failure
    /// hides that failure from rate functions.
    private static let knownReasons: [MessageReason] = [
        .rejectedPermanently, .rejectedForNow, .notSent, .tooLate, .renderingFailed, .invalidData, .templateError,
        .channelPaused,
    ]

    init() {}

    /// Registers the counters before the first event.
    public static func register() {
        for reason in knownReasons { _ = Counter(label: failed, dimensions: [("reason", reason.rawValue)]) }
        for channel in Channel.allCases { _ = Counter(label: sent, dimensions: [("channel", channel.rawValue)]) }
    }

    /// Counts the outcome of a message.
    func count(_ record: DeliveryRecord, by channel: Channel) {
        switch record.status {
        case .sent: Counter(label: Self.sent, dimensions: [("channel", channel.rawValue)]).increment()
        case .failed, .queued: if let reason = record.reason { count(failedFor: reason) }
        case .unknown: break
        }
    }

    /// Counts a message that could not be sent.
    func count(failedFor reason: MessageReason) {
        Counter(label: Self.failed, dimensions: [("reason", reason.rawValue)]).increment()
    }
}
