import Booking
import BookingStore
import Messaging
import Postgres

/// What the couriers of one run share: how much may still be taken up, and what has come of it.
///
/// No actor: for a word at each message, nobody should have to change threads.
final class Batch: Sendable {
    private struct State {
        var left: Int
        var report = ReminderRun.Report()
        var unwritten: [DeliveryRecord] = []
        /// The channels of which a server asked a courier to go away.
        var resting: [Channel: String] = [:]
        var health: [Channel: ChannelHealth]
    }

    private let state: Guarded<State>
    private let metrics = DeliveryMetrics()
    /// From then on nothing more is taken up.
    private let end: ContinuousClock.Instant?

    /// Begins a batch.
    ///
    /// - Parameters:
    ///   - limit: How many messages at the most; `nil` is all.
    ///   - health: How each channel stands; one that is not listed is in use.
    ///   - orphans: The session of each message whose sender died, where it was about one.
    ///   - end: From then on nothing more is taken up; `nil` is never.
    init(
        limit: Int?, health: [Channel: ChannelHealth] = [:], orphans: [Reference?],
        end: ContinuousClock.Instant? = nil
    ) {
        var state = State(left: limit ?? .max, health: health)
        state.report.tally.add(orphans.count, to: \.unknown)
        state.report.orphans = Set(orphans.compactMap(\.self)).sorted { $0.code < $1.code }
        self.state = Guarded(state)
        self.end = end
    }

    /// How many messages may still be taken up.
    var left: Int { state.withLock(\.left) }

    var report: ReminderRun.Report {
        state.withLock { state in
            state.health.reduce(into: state.report) { report, entry in report.add(entry.value, of: entry.key) }
        }
    }

    /// What has become of channels, where that is to be stored.
    var changedHealth: [Channel: ChannelHealth] { state.withLock { $0.health.filter { $0.value.isChanged } } }

    /// What could not be written down when it happened.
    var unwritten: [DeliveryRecord] { state.withLock(\.unwritten) }

    /// Why nothing more is tried on a channel; `nil` while it is used.
    func stop(of channel: Channel) -> ChannelHealth.Stop? {
        state.withLock { $0.health[channel]?.stop }
    }

    /// Whether one message at a time is tried on a channel.
    func isTrial(_ channel: Channel) -> Bool {
        state.withLock { $0.health[channel]?.isTrial ?? false }
    }

    /// Takes note of an outcome, and tells what a refusal concerns.
    func judge(_ outcome: DeliveryOutcome, of handout: Handout, on channel: Channel) -> ChannelHealth.Scope {
        state.withLock {
            $0.health[channel, default: ChannelHealth()].note(
                outcome, of: handout.message, to: handout.recipient.text)
        }
    }

    /// What a server said that asked to be left alone, where one did.
    func rest(of channel: Channel) -> String? {
        state.withLock { $0.resting[channel] }
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

    /// Counts what needs no courier, and gives back what was reserved and not found.
    func settle(_ hand: Hand, of reserved: Int, by channel: Channel) {
        state.withLock { state in
            state.left += reserved - hand.count
            state.report.tally.add(hand.skipped, to: \.skipped)
            state.report.blocked += hand.blocked
        }
        for record in hand.unreadable { fail(as: ReminderRun.Failure(record, channel)) }
    }

    /// Lets others have what was taken up and not tried.
    func giveBack(_ count: Int) {
        state.withLock { $0.left += count }
    }

    /// Counts an outcome, as the ledger records it.
    func count(_ outcome: DeliveryOutcome, as record: DeliveryRecord, of channel: Channel) {
        metrics.count(record, by: channel)
        state.withLock { state in
            state.report.count(outcome, as: record, of: channel)
            if outcome.asksToWait, case .rejectedForNow(_, let reply) = outcome { state.resting[channel] = reply }
        }
    }

    /// Counts a message that could not be sent.
    func fail(as failure: ReminderRun.Failure) {
        metrics.count(failedFor: failure.reason)
        state.withLock { $0.report.count(failedAs: failure) }
    }

    /// Counts messages that were due and not tried, because the channel cannot be used.
    func failUntried(_ count: Int, as failure: ReminderRun.Failure) {
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

    /// Notes that every courier of a channel was asked to go away.
    func postpone(_ channel: Channel, because reply: String) {
        state.withLock { $0.health[channel, default: ChannelHealth()].postpone(because: reply) }
    }

    /// Keeps what could not be written down.
    func keep(_ records: [DeliveryRecord]) {
        state.withLock { $0.unwritten += records }
    }
}
