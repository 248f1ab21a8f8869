import FoundationEssentials
import Logging

/// Enqueues what schedules say, when they say it.
///
/// Every runner does: there is no leader to lose.
struct CronLoop: Sendable {
    let jobs: [CronJob]
    let store: CronStore
    let bell: WakeSignal
    let problems: RunnerProblems
    let logger: Logger

    /// Works until it is told to stop.
    func work(until isOver: @Sendable () -> Bool) async {
        var failures = 0
        while true {
            // What rings after the question is asked is heard by the wait.
            let heard = bell.rings
            guard !isOver() else { return }
            let began = ContinuousClock.now
            let patience: Duration
            do {
                patience = try await turn()
                failures = 0
                problems.ends("schedules", "schedules are read again")
            } catch {
                guard !isOver() else { return }
                failures += 1
                problems.occurs("schedules", "schedules cannot be read; trying again", error: error, began: began)
                patience = Backoff.ofConnections.delay(afterFailures: failures)
            }
            await bell.wait(after: heard, atMost: patience)
        }
    }

    /// Enqueues what has come, and tells how long it is until something comes next: at most half a minute, since a
    /// computer that slept has counted less time than the database.
    func turn() async throws -> Duration {
        try await turn(by: store.readings())
    }

    /// The same by what the database's clock has said, or by whatever clock a test has.
    func turn(by readings: [String: CronStore.Reading]) async throws -> Duration {
        var patience: Duration = .seconds(30)
        for job in jobs {
            guard let reading = readings[job.key] else { continue }
            var last = reading.lastAt
            if let occurrence = job.schedule.last(through: reading.now, after: last) {
                if try await store.enqueue(job, at: occurrence, after: last) {
                    logger.debug("a schedule has come", metadata: ["key": "\(job.key)"])
                }
                last = occurrence
            }
            if let next = job.schedule.next(after: max(last, reading.now)) {
                patience = min(patience, .seconds(next.timeIntervalSince(reading.now)))
            }
        }
        return max(patience, .milliseconds(1))
    }
}
