import Booking
import Messaging
import Postgres

/// The state that the workers of a run share: how many messages may still be claimed, and the outcomes so far.
///
/// A lock instead of an actor: updates come with each message, and should not cost a switch of threads.
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

    /// Begins a run.
    ///
    /// - Parameters:
    ///   - limit: How many messages at the most; `nil` is all.
    ///   - health: How each channel stands; one that is not listed is in use.
    ///   - abandoned: The session of each message whose sender died, where it was about one.
    ///   - end: From then on nothing more is taken up; `nil` is never.
    init(
        limit: Int?, health: [Channel: ChannelHealth] = [:], abandoned: [Reference?],
        end: ContinuousClock.Instant? = nil
    ) {
        var state = State(left: limit ?? .max, health: health)
        state.report.tally.add(abandoned.count, to: \.unknown)
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

    /// What has become of channels, where that is to be stored.
    var changedHealth: [Channel: ChannelHealth] { state.withLock { $0.health.filter { $0.value.isChanged } } }

    /// The outcomes that could not be recorded yet.
    var unrecorded: [DeliveryRecord] { state.withLock(\.unrecorded) }

    /// Why a channel is no longer used; `nil` while it is.
    func stop(of channel: Channel) -> ChannelHealth.Stop? {
        state.withLock { $0.health[channel]?.stop }
    }

    /// Whether one message at a time is tried on a channel.
    func isTrial(_ channel: Channel) -> Bool {
        state.withLock { $0.health[channel]?.isTrial ?? false }
    }

    /// Records an outcome, and returns what a refusal concerns.
    func evaluate(_ outcome: DeliveryOutcome, of claimed: ClaimedMessage, on channel: Channel) -> ChannelHealth.Scope {
        state.withLock {
            $0.health[channel, default: ChannelHealth()].note(
                outcome, of: claimed.message, to: claimed.recipient.text)
        }
    }

    /// What a server said that asked to be left alone, where one did.
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
            state.report.tally.add(batch.skipped, to: \.skipped)
            state.report.blocked += batch.blocked
        }
        for record in batch.unreadable { fail(as: DeliveryRun.Failure(record, channel)) }
    }

    /// Returns messages that were claimed and not tried.
    func giveBack(_ count: Int) {
        state.withLock { $0.left += count }
    }

    /// Counts an outcome, as the ledger records it.
    func count(_ outcome: DeliveryOutcome, as record: DeliveryRecord, of channel: Channel) {
        metrics.count(record, by: channel)
        state.withLock { state in
            state.report.count(outcome, as: record, of: channel)
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

    /// Counts messages that were due and not tried, because the channel cannot be used.
    func failUntried(_ count: Int, as failure: DeliveryRun.Failure) {
        state.withLock { $0.report.count(count, failedAs: failure) }
    }

    /// Keeps what is wrong with templates for the report.
    func note(templateProblems: [String]) {
        state.withLock { $0.report.templateProblems = templateProblems }
    }

    /// Keeps what a restore of the database did to messages for the report.
    func note(restored: Int, held: HeldMessages?) {
        state.withLock { state in
            state.report.restored = restored
            state.report.held = held
        }
    }

    /// Notes that each session of a channel was asked to wait.
    func postpone(_ channel: Channel, because reply: String) {
        state.withLock { $0.health[channel, default: ChannelHealth()].postpone(because: reply) }
    }

    /// Keeps outcomes that could not be recorded.
    func keep(_ records: [DeliveryRecord]) {
        state.withLock { $0.unrecorded += records }
    }
}
