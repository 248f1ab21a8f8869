import Logging
import Telemetry

/// Rounds: jobs in the hands of their handlers, from their beginning until what came of them is written down.
extension QueueWorker {
    func start(_ jobs: [ClaimedJob], _ handler: JobHandler) {
        let number = nextRound
        nextRound += 1
        var round = Round(jobs: jobs, handler: handler)
        let work = Task { @concurrent in await handler.run(jobs) }
        round.task = work
        // A task of its own: one that has been cancelled could not write anything down.
        Task { await self.end(number, work.value) }
        rounds[number] = round
        setAlarm(for: round.deadline)
    }

    /// One alarm for all rounds, set to the first deadline: one for each would cost more than many a job does.
    private func setAlarm(for deadline: ContinuousClock.Instant) {
        if let alarm, alarm.deadline <= deadline { return }
        alarm?.task.cancel()
        let task = Task {
            try await Task.sleep(until: deadline)
            interruptOverdue()
        }
        alarm = (deadline, task)
    }

    private func interruptOverdue() {
        alarm = nil
        let now = ContinuousClock.now
        for (number, round) in rounds where round.deadline <= now { interrupt(number, .timedOut) }
        if let next = rounds.values.map(\.deadline).filter({ $0 > now }).min() { setAlarm(for: next) }
    }

    /// Writes down what came of a round; its hand is free afterwards.
    private func end(_ number: Int, _ verdicts: [JobVerdict]) async {
        guard let round = rounds[number], !round.isSettled else { return }
        rounds[number]?.isSettled = true
        let judgement = Judgement(of: round, verdicts, backoff: configuration.backoff)
        await record(judgement, round)
        rounds[number] = nil
        prefetch.learn(round.jobs.count, took: (.now - round.begun) / queue.concurrency)
        startReady()
        if wanted > 0 || !done.isEmpty || !leaving.isEmpty || isEmpty || isStopping { bell.ring() }
    }

    private func record(_ judgement: Judgement, _ round: Round) async {
        membership.count(completed: judgement.done.count + judgement.completed.count, failed: judgement.failures)
        recorder.metrics.measure(round, judgement)
        report(judgement, of: round)
        switch round.handler.acknowledgement {
        case .withNextClaim: done += judgement.done
        case .atOnce: await recorder.acknowledge(judgement.done)
        }
        await recorder.confirm(judgement.completed)
        await recorder.settle(judgement.settlements)
    }

    /// Logs that jobs of a kind fail, that one is dead, and that the kind works again.
    ///
    /// Why they failed is stored with each job: an error may name a person.
    private func report(_ judgement: Judgement, of round: Round) {
        let kind = round.jobs[0].kind
        if judgement.settlements.contains(where: { $0.ending.isDeath }) {
            problems.others.occurs(
                "dead \(kind)", level: .error, "a job is dead",
                metadata: ["queue": "\(queue.name)", "kind": "\(kind)"])
        } else if let outage = judgement.outage {
            hasMetOutage = true
            problems.occurs(
                claims, "jobs fail and are tried again", error: outage, began: round.begun,
                metadata: ["queue": "\(queue.name)", "kind": "\(kind)"])
        } else if judgement.failures > 0 {
            failing.insert(kind)
            problems.others.occurs(
                "failing \(kind)", "jobs fail and are tried again",
                metadata: ["queue": "\(queue.name)", "kind": "\(kind)"])
        } else if !failing.isEmpty, !(judgement.done.isEmpty && judgement.completed.isEmpty) {
            failing.remove(kind)
            problems.others.ends("failing \(kind)", "jobs of the kind \(kind) succeed again")
        }
    }

    func giveUp() {
        for number in rounds.keys { interrupt(number, .givenUp) }
    }

    /// Cancels a round's task, and after the cancellation period goes on without it.
    func interrupt(_ number: Int, _ reason: Round.Interruption) {
        guard rounds[number]?.isSettled == false, rounds[number]?.interruption == nil else { return }
        rounds[number]?.interrupt(reason)
        Task {
            try? await Task.sleep(for: configuration.cancellationPeriod)
            await abandon(number)
        }
    }

    /// Goes on without a handler that does not end: whatever it will say of its jobs comes too late.
    private func abandon(_ number: Int) async {
        guard let round = rounds[number], !round.isSettled else { return }
        rounds[number]?.isSettled = true
        logger.error(
            "a handler does not end although its task was cancelled; going on without it",
            metadata: ["queue": "\(queue.name)", "kind": "\(round.jobs[0].kind)"])
        await record(.abandoning(round, backoff: configuration.backoff), round)
        rounds[number] = nil
        bell.ring()
    }
}
