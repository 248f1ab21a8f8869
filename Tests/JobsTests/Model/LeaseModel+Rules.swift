extension LeaseModel {
    /// Returns the violated rule after a step; `nil` where all rules hold.
    func violation(after step: Step, from before: LeaseModel) -> String? {
        for job in jobs.indices {
            if let broken = violation(of: job) { return broken }
            if [.done, .dead].contains(before.jobs[job].place), jobs[job] != before.jobs[job] {
                return "a final state has changed"
            }
        }
        switch step {
        case .complete(let runner, let job), .giveBack(let runner, let job):
            let isStale = before.runners[runner].claims[job]?.token != before.jobs[job].token
            return isStale && jobs != before.jobs ? "a stale lease has changed a job" : nil
        default:
            return nil
        }
    }

    private func violation(of number: Int) -> String? {
        let job = jobs[number]
        let holders = runners.indices.filter { runner in
            guard let lease = runners[runner].claims[number] else { return false }
            return !runners[runner].isLate && !runners[runner].isGone && !lease.isOfOldName
        }
        if holders.count > 1 { return "two runners with valid leases hold one job" }
        if let holder = holders.first, runners[holder].claims[number]?.token != job.token {
            return "a runner with a valid lease has a claim that is not current"
        }
        if (job.place == .running) != (job.token != nil) {
            return "a job is running without a lease, or has a lease without running"
        }
        if let holder = job.holder, runners[holder].isGone {
            return "a job is still claimed by a runner that is marked as crashed"
        }
        return nil
    }

    /// A code that is equal for equivalent states: runners are interchangeable, and all stale tokens are alike.
    var code: UInt64 {
        var code: UInt64 = 0
        for job in jobs {
            code = code << 2 | UInt64(job.place.rawValue)
            code = code << 2 | UInt64(job.crashes)
            code = code << 1 | (job.isUnwanted ? 1 : 0)
        }
        for runner in runners.indices.map(self.code).sorted() { code = code << 10 | runner }
        return code
    }

    private func code(of number: Int) -> UInt64 {
        let runner = runners[number]
        var code: UInt64 = (runner.isLate ? 1 : 0) | (runner.isGone ? 2 : 0)
        for (job, lease) in zip(jobs, runner.claims) {
            code = code << 1 | (job.holder == number ? 1 : 0)
            code = code << 1 | (lease == nil ? 0 : 1)
            code = code << 1 | (lease != nil && lease?.token == job.token ? 1 : 0)
            code = code << 1 | (lease?.isOfOldName == true ? 1 : 0)
        }
        return code
    }
}
