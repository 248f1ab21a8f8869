import Booking
import FoundationEssentials
import Messaging
import Postgres

/// Whether the server of a channel accepts messages from this host, by what it answers to one batch.
///
/// A refusal that says that it concerns the sender stops the channel. One that leaves it open is taken for the message's,
/// until a message to another recipient is refused in the same words and none was accepted in between.
struct ChannelHealth: Sendable {
    /// Why nothing more is tried.
    struct Stop: Sendable, Equatable {
        let code: ChannelPause.Code
        let reason: String
    }

    /// What a refusal was found to concern.
    enum Scope: Sendable, Equatable {
        case message
        case channel
    }

    /// The pause that was stored when the batch began; `nil` for a channel in use.
    let previousPause: ChannelPause?
    private let previousRefusal: ChannelRefusal?
    /// Whether one message at a time is tried, until the server accepts one.
    private(set) var isTrial: Bool
    /// Why nothing more is tried; `nil` while the channel is used.
    private(set) var stop: Stop?
    /// Whether the server has accepted a message.
    private(set) var hasAccepted = false
    /// The last refusal for a reason that may concern every message.
    private(set) var refusal: ChannelRefusal?
    /// Messages that failed by refusals which turned out to concern every message.
    private(set) var misattributed: [Int64] = []
    /// How many of these this batch has counted as failed.
    private(set) var misattributedInRun = 0
    /// The messages of this batch that failed in the words of ``refusal``.
    private var matchingFailures: [Int64] = []

    /// Begins with what is stored of a channel.
    init(pause: ChannelPause? = nil, refusal: ChannelRefusal? = nil) {
        previousPause = pause
        previousRefusal = refusal
        self.refusal = refusal
        isTrial = pause != nil
    }

    /// Takes note of how an attempt ended.
    ///
    /// - Parameters:
    ///   - outcome: How it ended.
    ///   - message: The message.
    ///   - recipient: Where it was to go.
    /// - Returns: What a refusal concerns.
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
            // Which of several connections was sent away is looked at when all have ended.
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

    /// Whether there is something to store.
    var isChanged: Bool { stop != nil || hasAccepted && previousPause != nil || isRefusalNew || !misattributed.isEmpty }

    /// Whether another refusal is to be stored than before, or none any more.
    var isRefusalNew: Bool { failedRefusal != previousRefusal }

    /// The last refusal, where its message failed and is to be queued again if the refusal turns out to be general.
    var failedRefusal: ChannelRefusal? { matchingFailures.isEmpty && refusal != previousRefusal ? nil : refusal }

    /// Stops a channel all of whose connections were asked to wait.
    mutating func postpone(because reply: String) {
        end(.deferred, reply)
    }

    /// Whether a refusal is that of every message; if not, the next one like it may show that it was.
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

/// How long a paused channel is left alone before one message is tried.
enum ChannelBackoff {
    private static let first: Duration = .seconds(60)
    private static let longest: Duration = .seconds(3600)

    /// The interval before the next trial: a minute, doubled by each trial that failed, up to an hour.
    ///
    /// - Parameter retries: How many trials have failed.
    /// - Returns: The interval.
    static func interval(after retries: Int) -> Duration {
        min(longest, first * (1 << min(max(retries, 0), 10)))
    }

    /// When a channel that has stopped is tried.
    ///
    /// - Parameters:
    ///   - stop: Why it has stopped. A server that asks for a time gets it, where that is longer.
    ///   - pause: The pause that was stored before; `nil` for a new one.
    ///   - now: The present instant.
    /// - Returns: The instant of the next trial.
    static func nextTrial(of stop: ChannelHealth.Stop, after pause: ChannelPause?, now: Date) -> Date {
        let asked = stop.code == .deferred ? RetryHint(reading: stop.reason)?.wait : nil
        let retries = pause.map { $0.retries + 1 } ?? 0
        return now + max(interval(after: retries), asked ?? .zero) / .seconds(1)
    }
}

/// What is stored of channels around a batch: read before it, and written when it has ended.
extension DeliveryRun {
    /// Reads how each channel stands, and reserves the trial of a paused one.
    ///
    /// - Parameters:
    ///   - work: How many connections each channel has work for; set to 0 for a channel that is left alone.
    ///   - connection: A connection to the database.
    /// - Returns: The channels, and the pauses of those that are left alone.
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
            // A batch by hand tries at once.
            let isDue = mode == .none || pause.until <= now
            guard work[channel, default: 0] > 0 || !isDue else { continue }
            let next = now + ChannelBackoff.interval(after: pause.retries + 1) / .seconds(1)
            if isDue, try await pauses.reserveTrial(of: pause, nextAt: next) { continue }
            work[channel] = 0
            left[channel] = pause
        }
        return (health, left)
    }

    /// Stores which channels have stopped and which are used again, and queues messages that were misjudged.
    ///
    /// - Parameter progress: The batch, which has ended.
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
    /// The result of a batch, with what became of channels.
    func report(of progress: DeliveryProgress, left: [Channel: ChannelPause]) -> Report {
        var report = progress.report
        let now = clock()
        // From a crontab, each minute has a process of its own: one in an hour reports what has not changed.
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

    /// The pause that follows where the channel has stopped.
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
