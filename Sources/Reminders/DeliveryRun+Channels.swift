import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Postgres

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
            let isDue = patience == .none || pause.until <= now
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
        try await finishing { [database] in
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
            return patience == .asLongAsNeeded || age.truncatingRemainder(dividingBy: 3600) < 60
        }
        for (channel, health) in progress.changedHealth where health.stop == nil && health.hasAccepted {
            report.resumed[channel] = health.former.map { .seconds(now.timeIntervalSince($0.since)) }
        }
        return report
    }
}

extension ChannelHealth {
    fileprivate func store(as channel: Channel, of host: String, at now: Date, on connection: Connection) async throws {
        let pauses = ChannelPauseRepository(connection)
        if let pause = pause(of: channel, by: host, at: now) {
            try await pauses.begin(pause)
        } else if hasAccepted, former != nil {
            try await pauses.end(channel, of: host)
        }
        if isRefusalNew { try await pauses.remember(failedRefusal, of: channel, by: host) }
        try await DeliveryRepository(connection).queueAgain(misjudged, at: now)
    }

    /// The pause that follows where the channel has stopped.
    private func pause(of channel: Channel, by host: String, at now: Date) -> ChannelPause? {
        stop.map { stop in
            ChannelPause(
                channel: channel, sender: host, code: stop.code, reason: stop.reason, since: former?.since ?? now,
                until: ChannelBackoff.nextTrial(of: stop, after: former, now: now),
                retries: former.map { $0.retries + 1 } ?? 0)
        }
    }
}
