import Booking
import Locking
import Messaging

/// The state that the workers of a run share: how many messages may still be claimed, and the outcomes so far.
///
/// A lock instead of an actor: each message updates the state, and an update should not cost a thread switch.
final class DeliveryProgress: Sendable {
    private struct State {
        var left: Int
        var report = DeliveryRun.Report()
        var unrecorded: [DeliveryRecord] = []
        /// The channels whose server asked a session to wait.
        var deferrals: [Channel: String] = [:]
        var health: [Channel: ChannelHealth]
    }

    private let state: Guarded<State>
    private let metrics = DeliveryMetrics()
    /// No message is claimed after this instant.
    private let end: ContinuousClock.Instant?

    /// Creates the progress of a run.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of messages; `nil` is all.
    ///   - health: The state of each channel; a channel that is not listed is in use.
    ///   - abandoned: The sessions of messages whose sender crashed; `nil` for a message without a session.
    ///   - end: The time after which no message is claimed; `nil` is no limit.
    init(
        limit: Int?, health: [Channel: ChannelHealth] = [:], abandoned: [Reference?],
        end: ContinuousClock.Instant? = nil
    ) {
        var state = State(left: limit ?? .max, health: health)
        state.report.counts.add(abandoned.count, to: \.unknown)
        state.report.abandoned = Set(abandoned.compactMap(\.self)).sorted { $0.code < $1.code }
        self.state = Guarded(state)
        self.end = end
    }

    /// The number of messages that may still be claimed.
    var left: Int { state.withLock(\.left) }

    var report: DeliveryRun.Report {
        state.withLock { state in
            state.health.reduce(into: state.report) { report, entry in report.add(entry.value, of: entry.key) }
        }
    }

    /// The state of channels that must be stored.
    var changedHealth: [Channel: ChannelHealth] { state.withLock { $0.health.filter { $0.value.isChanged } } }

    /// The outcomes that could not be recorded yet.
    var unrecorded: [DeliveryRecord] { state.withLock(\.unrecorded) }

    /// Returns the reason that a channel was stopped; `nil` while it is in use.
    func stop(of channel: Channel) -> ChannelHealth.Stop? {
        state.withLock { $0.health[channel]?.stop }
    }

    /// Returns whether messages on a channel are tried one at a time.
    func isTrial(_ channel: Channel) -> Bool {
        state.withLock { $0.health[channel]?.isTrial ?? false }
    }

    /// Records an outcome, and returns the scope of a refusal.
    func evaluate(_ outcome: DeliveryOutcome, of claimed: ClaimedMessage, on channel: Channel) -> ChannelHealth.Scope {
        state.withLock {
            $0.health[channel, default: ChannelHealth()].note(
                outcome, of: claimed.message, to: claimed.recipient.text)
        }
    }

    /// Returns the reply of the channel's server that asked a session to wait, if any.
    func rest(of channel: Channel) -> String? {
        state.withLock { $0.deferrals[channel] }
    }

    /// Reserves up to `count` messages; 0 when the limit is reached or the channel's transport cannot be used.
    func reserve(_ count: Int, of channel: Channel) -> Int {
        state.withLock { state in
            guard state.health[channel]?.stop == nil else { return 0 }
            if let end, .now >= end {
                state.report.isCutShort = true
                return 0
            }
            let granted = min(state.health[channel]?.isTrial == true ? 1 : count, state.left)
            state.left -= granted
            return granted
        }
    }

    /// Counts messages that need no delivery, and returns unused reservations.
    func settle(_ batch: MessageBatch, of reserved: Int, by channel: Channel) {
        state.withLock { state in
            state.left += reserved - batch.count
            state.report.counts.add(batch.skipped, to: \.skipped)
            state.report.blocked += batch.blocked
        }
        for record in batch.unreadable {
            if let failure = DeliveryRun.Failure(record, channel) { fail(as: failure) }
        }
    }

    /// Returns messages that were claimed and not tried.
    func giveBack(_ count: Int) {
        state.withLock { $0.left += count }
    }

    /// Counts an outcome as the ledger records it.
    func count(_ outcome: DeliveryOutcome, as record: DeliveryRecord, of channel: Channel, for rule: String) {
        metrics.count(record, by: channel)
        state.withLock { state in
            state.report.count(outcome, as: record, of: channel, for: rule)
            if outcome.requestsBackoff, case .rejectedTemporarily(_, let reply) = outcome {
                state.deferrals[channel] = reply
            }
        }
    }

    /// Counts a message that could not be sent.
    func fail(as failure: DeliveryRun.Failure) {
        metrics.count(failedFor: failure.reason)
        state.withLock { $0.report.count(failedAs: failure) }
    }

    /// Counts messages that were due and not tried because the channel cannot be used.
    func failUntried(_ count: Int, as failure: DeliveryRun.Failure) {
        state.withLock { $0.report.count(count, failedAs: failure) }
    }

    /// Stores template problems for the report.
    func note(templateProblems: [String]) {
        state.withLock { $0.report.templateProblems = templateProblems }
    }

    /// Stores the effects of a database restore for the report.
    func note(restored: Int, held: HeldMessages?) {
        state.withLock { state in
            state.report.restored = restored
            state.report.held = held
        }
    }

    /// Records that the server asked each session of a channel to wait.
    func postpone(_ channel: Channel, because reply: String) {
        state.withLock { $0.health[channel, default: ChannelHealth()].postpone(because: reply) }
    }

    /// Keeps outcomes that could not be recorded.
    func keep(_ records: [DeliveryRecord]) {
        state.withLock { $0.unrecorded += records }
    }
}
