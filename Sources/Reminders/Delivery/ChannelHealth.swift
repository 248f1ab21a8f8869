import Booking
import FoundationEssentials
import Messaging
import Postgres

/// The state of a channel during one batch: whether its server accepts messages from this host.
///
/// A refusal that concerns the sender stops the channel. A refusal that may concern the sender or the message is
/// attributed to the message, until the server refuses a message to another recipient with the same reply and has
/// accepted none in between.
struct ChannelHealth: Sendable {
    /// The reason that a channel was stopped.
    struct Stop: Sendable, Equatable {
        let code: ChannelPause.Code
        let reason: String
    }

    /// The scope of a refusal.
    enum Scope: Sendable, Equatable {
        case message
        case channel
    }

    /// The pause that was stored when the batch began; `nil` for a channel in use.
    let previousPause: ChannelPause?
    private let previousRefusal: ChannelRefusal?
    /// Whether messages are tried one at a time, until the server accepts one.
    private(set) var isTrial: Bool
    /// The reason that the channel was stopped; `nil` while it is in use.
    private(set) var stop: Stop?
    /// Whether the server has accepted a message.
    private(set) var hasAccepted = false
    /// The last refusal with a reason that may concern every message.
    private(set) var refusal: ChannelRefusal?
    /// The messages that failed because of refusals that turned out to concern every message.
    private(set) var misattributed: [Int64] = []
    /// The number of misattributed messages that this batch has counted as failed.
    private(set) var misattributedInRun = 0
    /// The messages of this batch that failed with the reply of ``refusal``.
    private var matchingFailures: [Int64] = []

    /// Creates the state of a channel from its stored pause and refusal.
    init(pause: ChannelPause? = nil, refusal: ChannelRefusal? = nil) {
        previousPause = pause
        previousRefusal = refusal
        self.refusal = refusal
        isTrial = pause != nil
    }

    /// Records the outcome of an attempt.
    ///
    /// - Parameters:
    ///   - outcome: The outcome.
    ///   - message: The message.
    ///   - recipient: The recipient of the message.
    /// - Returns: The scope of a refusal.
    mutating func note(_ outcome: DeliveryOutcome, of message: Int64, to recipient: String) -> Scope {
        switch outcome {
        case .accepted:
            (hasAccepted, isTrial, refusal, matchingFailures) = (true, false, nil, [])
        case .senderRefused(let reason):
            end(.refused, reason)
            return .channel
        case .notSent(let reason, unreachable: true):
            end(.unreachable, reason)
            return .channel
        case .notSent(let reason, unreachable: false), .unknown(let reason):
            if isTrial { end(.unreachable, reason) }
        case .rejectedTemporarily(_, let reply):
            // Other connections may still be in use: ``postpone(because:)`` stops the channel when all of them have
            // ended.
            guard !outcome.requestsBackoff else {
                if isTrial { end(.deferred, reply) }
                return .message
            }
            if isGeneral(outcome, message, recipient) { end(.deferred, reply) }
        case .rejectedPermanently(_, let reply, _):
            guard isGeneral(outcome, message, recipient) else { return .message }
            end(.refused, "The server refuses messages of this sender: \(reply)")
            return .channel
        }
        return .message
    }

    /// Whether the state must be stored.
    var isChanged: Bool { stop != nil || hasAccepted && previousPause != nil || isRefusalNew || !misattributed.isEmpty }

    /// Whether the refusal to store differs from the stored one.
    var isRefusalNew: Bool { failedRefusal != previousRefusal }

    /// The last refusal, if its message failed and must be queued again when the refusal turns out to be general.
    var failedRefusal: ChannelRefusal? { matchingFailures.isEmpty && refusal != previousRefusal ? nil : refusal }

    /// Stops a channel after the server has asked every connection to wait.
    mutating func postpone(because reply: String) {
        end(.deferred, reply)
    }

    /// Returns whether a refusal concerns every message; if not, a later refusal with the same reply may show that it
    /// does.
    private mutating func isGeneral(_ outcome: DeliveryOutcome, _ message: Int64, _ recipient: String) -> Bool {
        guard let words = outcome.generalRefusal else { return false }
        let isAlike = refusal?.words == words && refusal?.recipient != nil
        if isAlike, refusal?.recipient != recipient {
            misattributed +=
                [refusal?.message].compactMap(\.self).filter { !matchingFailures.contains($0) } + matchingFailures
            misattributedInRun += matchingFailures.count
            (refusal, matchingFailures) = (nil, [])
            return true
        }
        if isTrial || stop?.code == .refused { return true }
        if !isAlike { matchingFailures = [] }
        refusal = ChannelRefusal(message: message, recipient: recipient, words: words)
        if case .rejectedPermanently = outcome { matchingFailures.append(message) }
        return false
    }

    private mutating func end(_ code: ChannelPause.Code, _ reason: String) {
        stop = stop ?? Stop(code: code, reason: reason.maskingContacts)
    }
}

/// The schedule of trials on a paused channel.
enum ChannelBackoff {
    private static let first: Duration = .seconds(60)
    private static let longest: Duration = .seconds(3600)

    /// Returns the interval before the next trial: one minute, doubled after each failed trial, up to one hour.
    ///
    /// - Parameter retries: The number of failed trials.
    /// - Returns: The interval.
    static func interval(after retries: Int) -> Duration {
        min(longest, first * (1 << min(max(retries, 0), 10)))
    }

    /// Returns the time of the next trial on a stopped channel.
    ///
    /// - Parameters:
    ///   - stop: The reason of the stop. A longer interval that the server asked for takes precedence.
    ///   - pause: The pause that was stored before; `nil` for a new one.
    ///   - now: The current time.
    /// - Returns: The time of the next trial.
    static func nextTrial(of stop: ChannelHealth.Stop, after pause: ChannelPause?, now: Date) -> Date {
        let requestedWait = stop.code == .deferred ? RetryHint(reading: stop.reason)?.wait : nil
        let retries = pause.map { $0.retries + 1 } ?? 0
        return now + max(interval(after: retries), requestedWait ?? .zero) / .seconds(1)
    }
}

/// Channel state that is read before a batch and stored after it.
extension DeliveryRun {
    /// Reads the state of each channel, and reserves the trial of a paused one.
    ///
    /// - Parameters:
    ///   - work: The number of connections that each channel has work for; set to 0 for a channel that is not used.
    ///   - connection: A connection to the database.
    /// - Returns: The state of the channels, and the pauses of channels that are not used.
    /// - Throws: `PostgresError`.
    func prepareChannels(
        _ work: inout [Channel: Int], on connection: Connection
    ) async throws -> (health: [Channel: ChannelHealth], left: [Channel: ChannelPause]) {
        let (pauses, now) = (ChannelPauseRepository(connection), clock())
        let states = try await pauses.states(of: host)
        var health: [Channel: ChannelHealth] = [:]
        var left: [Channel: ChannelPause] = [:]
        for (channel, state) in states {
            health[channel] = ChannelHealth(pause: state.pause, refusal: state.refusal)
            guard let pause = state.pause else { continue }
            // A batch that is started manually tries a paused channel at once.
            let isDue = mode == .manual || pause.until <= now
            guard work[channel, default: 0] > 0 || !isDue else { continue }
            let next = now + ChannelBackoff.interval(after: pause.retries + 1) / .seconds(1)
            if isDue, try await pauses.reserveTrial(of: pause, nextAt: next) { continue }
            work[channel] = 0
            left[channel] = pause
        }
        return (health, left)
    }

    /// Stores the channels that were stopped or resumed, and queues misattributed messages again.
    ///
    /// - Parameter progress: The progress of the completed batch.
    /// - Throws: `PostgresError`.
    func storeChannels(of progress: DeliveryProgress) async throws {
        let changes = progress.changedHealth
        guard !changes.isEmpty else { return }
        let (host, now) = (host, clock())
        try await runToCompletion { [database] in
            try await database.transaction { connection in
                for (channel, health) in changes {
                    try await health.store(as: channel, of: host, at: now, on: connection)
                }
            }
        }
    }
}

extension DeliveryRun {
    /// Returns the result of a batch, including the changes of channels.
    func report(of progress: DeliveryProgress, left: [Channel: ChannelPause]) -> Report {
        var report = progress.report
        let now = clock()
        // From a crontab, each minute has its own process: report an unchanged pause only once an hour.
        report.paused = left.filter { pause in
            let age = now.timeIntervalSince(pause.value.since)
            return mode == .continuous || age.truncatingRemainder(dividingBy: 3600) < 60
        }
        for (channel, health) in progress.changedHealth where health.stop == nil && health.hasAccepted {
            report.resumed[channel] = health.previousPause.map { .seconds(now.timeIntervalSince($0.since)) }
        }
        return report
    }
}

extension ChannelHealth {
    fileprivate func store(as channel: Channel, of host: String, at now: Date, on connection: Connection) async throws {
        let pauses = ChannelPauseRepository(connection)
        if let pause = pause(of: channel, by: host, at: now) {
            try await pauses.begin(pause)
        } else if hasAccepted, previousPause != nil {
            try await pauses.end(channel, of: host)
        }
        if isRefusalNew { try await pauses.record(failedRefusal, of: channel, by: host) }
        try await DeliveryRepository(connection).queueAgain(misattributed, at: now)
    }

    /// Returns the pause to store if the channel was stopped.
    private func pause(of channel: Channel, by host: String, at now: Date) -> ChannelPause? {
        stop.map { stop in
            ChannelPause(
                channel: channel, sender: host, code: stop.code, reason: stop.reason,
                since: previousPause?.since ?? now,
                until: ChannelBackoff.nextTrial(of: stop, after: previousPause, now: now),
                retries: previousPause.map { $0.retries + 1 } ?? 0)
        }
    }
}
