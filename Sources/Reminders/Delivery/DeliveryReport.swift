public import Booking
import Messaging
import Metrics

extension DeliveryRun {
    /// What a batch came to: every message taken up is in just one of the last four.
    public struct Tally: Sendable, Equatable {
        /// Messages taken up.
        public internal(set) var due = 0
        /// Messages that a transport took.
        public internal(set) var sent = 0
        /// Messages that were refused, now or for good, or could not be handed over.
        public internal(set) var failed = 0
        /// Messages of which nobody knows whether they arrived.
        public internal(set) var unknown = 0
        /// Messages that were no longer true.
        public internal(set) var skipped = 0

        /// Takes up some messages that ended in one of the four ways.
        mutating func add(_ count: Int = 1, to ending: WritableKeyPath<Tally, Int>) {
            due += count
            self[keyPath: ending] += count
        }
    }

    /// A way in which messages could not be sent.
    public struct Failure: Sendable, Hashable {
        /// Their channel.
        public let channel: Channel
        /// The reason that the ledger stores.
        public let reason: String
        /// Whether they stay queued and are tried again.
        public let isPostponed: Bool
        /// Whether the server refused the address itself for good, which blocks it: nothing is left to do.
        public let isAddressBlocked: Bool
    }

    /// A batch's result.
    public struct Report: Sendable {
        /// How many of each.
        public internal(set) var tally = Tally()
        /// How many messages could not be sent, by channel and reason.
        public internal(set) var failures: [Failure: Int] = [:]
        /// How many were sent on each channel.
        public internal(set) var sent: [Channel: Int] = [:]
        /// How many wait because their session cannot take place as booked; they are not part of the tally.
        public internal(set) var blocked = 0
        /// What is wrong with templates, where the operator's folder has changed since the batch before.
        public internal(set) var templateProblems: [String] = []
        /// Sessions with a message whose sender died before its outcome was written.
        public internal(set) var abandoned: [Reference] = []
        /// How many messages were marked as unknown because this sender's journal lists them and the database, which was
        /// restored or promoted, had them still queued.
        public internal(set) var restored = 0
        /// What is not sent at present because the database was restored or promoted; `nil` where nothing is held.
        public internal(set) var held: HeldMessages?
        /// Why a channel's transport cannot be used at all, where it cannot.
        public internal(set) var unreachable: [Channel: String] = [:]
        /// Why the server of a channel refuses the sender, where it does.
        public internal(set) var refused: [Channel: String] = [:]
        /// The pauses of channels that were left alone, since an earlier batch of this host was refused.
        public internal(set) var paused: [Channel: ChannelPause] = [:]
        /// How long the channels were paused whose server has accepted a message again.
        public internal(set) var resumed: [Channel: Duration] = [:]
        /// Whether a patient batch ended with some left, so that what has become due meanwhile has its turn.
        public internal(set) var isCutShort = false
        /// What the server of a channel said that asked to be left alone for a while.
        public internal(set) var deferred: [Channel: String] = [:]
    }
}

extension DeliveryRun.Report {
    /// Counts messages that could not be sent.
    mutating func count(_ number: Int = 1, failedAs failure: DeliveryRun.Failure) {
        guard number > 0 else { return }
        tally.add(number, to: \.failed)
        failures[failure, default: 0] += number
    }

    /// Counts an outcome, as the ledger records it.
    mutating func count(_ outcome: DeliveryOutcome, as record: DeliveryRecord, of channel: Channel) {
        switch outcome {
        case .accepted:
            tally.add(to: \.sent)
            sent[channel, default: 0] += 1
        case .rejectedTemporarily, .rejectedPermanently, .senderRefused, .notSent:
            count(failedAs: DeliveryRun.Failure(record, channel))
        case .unknown: tally.add(to: \.unknown)
        }
    }

    /// Adds what became of a channel, and takes messages for put off that were counted as failed too early.
    mutating func add(_ health: ChannelHealth, of channel: Channel) {
        switch health.stop?.code {
        case .unreachable: unreachable[channel] = health.stop?.reason
        case .refused: refused[channel] = health.stop?.reason
        case .deferred: deferred[channel] = health.stop?.reason
        case nil: break
        }
        guard health.misattributedInRun > 0 else { return }
        let failure = DeliveryRun.Failure(
            channel: channel, reason: "rejected_for_good", isPostponed: false, isAddressBlocked: false)
        let left = failures[failure, default: 0] - health.misattributedInRun
        failures[failure] = left > 0 ? left : nil
        failures[DeliveryRun.Failure(unattempted: .refused, channel), default: 0] += health.misattributedInRun
    }
}

extension DeliveryRun.Failure {
    /// Why messages were not tried on a channel that has stopped.
    init(unattempted code: ChannelPause.Code, _ channel: Channel) {
        let reason =
            switch code {
            case .unreachable: "not_sent"
            case .refused: LedgerEntry.channelPaused
            case .deferred: "rejected_for_now"
            }
        self.init(channel: channel, reason: reason, isPostponed: true, isAddressBlocked: false)
    }

    /// Reads from a record why a message could not be sent.
    init(_ record: DeliveryRecord, _ channel: Channel) {
        self.init(
            channel: channel, reason: record.reason ?? "", isPostponed: record.status == .queued,
            isAddressBlocked: record.suppression != nil)
    }
}

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
