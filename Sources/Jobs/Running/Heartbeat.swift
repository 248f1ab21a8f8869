import Logging

/// Renews a runner's lease, learns which jobs to cancel, and takes over the jobs of runners whose lease has ended.
struct Heartbeat: Sendable {
    let runners: RunnerStore
    let jobs: JobStore
    let workers: [QueueWorker]
    let membership: RunnerLease
    let configuration: JobRunner.Configuration
    let bell: WakeSignal
    let problems: RunnerProblems
    let logger: Logger

    /// Renews the lease until the runner stops.
    func work(until isOver: @Sendable () -> Bool) async {
        var failures = 0
        var isLost = false
        while true {
            // A signal that comes after this point ends the wait below.
            let heard = bell.rings
            guard !isOver() else { return }
            let began = ContinuousClock.now
            do {
                try await beat()
                isLost = false
                try await rescue()
                failures = 0
                problems.ends("heartbeat", "heartbeats are written again")
            } catch {
                guard !isOver() else { return }
                failures += 1
                problems.occurs("heartbeat", "no heartbeat can be written; trying again", error: error, began: began)
                if !isLost, !membership.holdsLease {
                    isLost = true
                    await lose("its lease has run out")
                }
            }
            let pause =
                failures > 0
                ? Backoff.ofConnections.delay(afterFailures: failures)
                // Spread the heartbeats of runners that were started together.
                : configuration.heartbeat * Double.random(in: 0.8...1)
            await bell.wait(after: heard, atMost: pause)
        }
    }

    private func beat() async throws {
        let news = membership.news
        // Measure from before the request, so that our lease never outlasts the database's.
        let leaseEnd = ContinuousClock.now + configuration.lease
        let heldLease = membership.holdsLease
        guard let unwanted = try await runners.beat(membership.runner, lease: configuration.lease, tally: news) else {
            await lose("it has been taken for dead")
            let runner = try await runners.register(
                name: configuration.name, queues: configuration.queues, lease: configuration.lease)
            membership.renew(as: runner, until: leaseEnd)
            return
        }
        membership.renew(until: leaseEnd)
        membership.told(news)
        if !heldLease { workers.forEach { $0.bell.ring() } }
        for worker in workers {
            if !unwanted.isEmpty { await worker.cancel(Set(unwanted)) }
            await worker.reconcileSoon()
        }
    }

    private func rescue() async throws {
        let (rescued, buried) = try await jobs.rescue(
            lease: configuration.lease, maxCrashes: configuration.maxCrashes)
        guard rescued + buried > 0 else { return }
        logger.warning(
            "took over the jobs of a runner that died", metadata: ["waiting": "\(rescued)", "dead": "\(buried)"])
        workers.forEach { $0.bell.ring() }
    }

    /// Cancels all jobs: other runners may have taken them over, and their results are ignored.
    private func lose(_ reason: String) async {
        var jobs = 0
        for worker in workers { jobs += await worker.lose() }
        logger.log(
            level: jobs > 0 ? .error : .debug, "this runner gives up what it has in hand",
            metadata: ["jobs": "\(jobs)", "reason": "\(reason)"])
    }
}
