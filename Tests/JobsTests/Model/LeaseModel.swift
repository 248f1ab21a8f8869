/// A model of leases without a database: three runners, two jobs, and all possible steps.
struct LeaseModel: Sendable {
    /// The state of a job.
    enum Place: Int, Sendable {
        case waiting, running, done, dead
    }

    struct Job: Sendable, Equatable {
        var place = Place.waiting
        var token: Int?
        var holder: Int?
        var crashes = 0
        var isUnwanted = false
    }

    /// A claim of a runner, which may be stale.
    struct Lease: Sendable, Equatable {
        let token: Int
        /// Whether the lease was claimed before the runner had to register again.
        var isOfOldName = false
    }

    struct Runner: Sendable {
        /// Whether its lease has ended, so that a rescue marks it as crashed.
        var isLate = false
        /// Whether it is marked as crashed.
        var isGone = false
        var claims: [Lease?] = [nil, nil]
    }

    /// A step of the model.
    enum Step: Sendable, Equatable {
        case claim(Int)
        case claimSuspect(Int)
        case complete(Int, job: Int)
        case giveBack(Int, job: Int)
        case fallSilent(Int)
        case beat(Int)
        case enterAnew(Int)
        case rescue
        case cancel(job: Int)
    }

    static let maxCrashes = 2

    var jobs = [Job(), Job()]
    var runners = [Runner(), Runner(), Runner()]
    var lastToken = 0

    /// All possible next steps.
    var steps: [Step] {
        var steps: [Step] = [.rescue, .cancel(job: 0), .cancel(job: 1)]
        for runner in runners.indices {
            steps += [.claim(runner), .claimSuspect(runner), .beat(runner), .fallSilent(runner)]
            if runners[runner].isGone { steps.append(.enterAnew(runner)) }
            for job in jobs.indices where runners[runner].claims[job] != nil {
                steps += [.complete(runner, job: job), .giveBack(runner, job: job)]
            }
        }
        return steps
    }

    /// Applies a step, and returns the number of jobs or runners that it changed.
    @discardableResult
    mutating func take(_ step: Step) -> Int {
        switch step {
        case .claim(let runner): claim(runner, jobs.indices.filter { jobs[$0].crashes == 0 })
        case .claimSuspect(let runner):
            claim(runner, jobs.indices.filter { jobs[$0].place == .waiting && jobs[$0].crashes > 0 }.prefix(1))
        case .complete(let runner, let job): settle(runner, job) { $0.place = .done }
        case .giveBack(let runner, let job): settle(runner, job) { $0.place = $0.isUnwanted ? .dead : .waiting }
        case .fallSilent(let runner): silence(runner)
        case .beat(let runner): beat(runner)
        case .enterAnew(let runner): enterAnew(runner)
        case .rescue: rescue()
        case .cancel(let job): cancel(job)
        }
    }

    private mutating func claim(_ runner: Int, _ candidates: some Sequence<Int>) -> Int {
        let claimed = candidates.filter { jobs[$0].place == .waiting }
        guard !runners[runner].isGone, !claimed.isEmpty else { return 0 }
        lastToken += 1
        for job in claimed {
            jobs[job].place = .running
            (jobs[job].token, jobs[job].holder) = (lastToken, runner)
            runners[runner].claims[job] = Lease(token: lastToken)
        }
        return claimed.count
    }

    /// Changes a job only with its current token.
    private mutating func settle(_ runner: Int, _ job: Int, _ change: (inout Job) -> Void) -> Int {
        let lease = runners[runner].claims[job]
        runners[runner].claims[job] = nil
        guard jobs[job].token != nil, jobs[job].token == lease?.token else { return 0 }
        change(&jobs[job])
        (jobs[job].token, jobs[job].holder) = (nil, nil)
        return 1
    }

    private mutating func silence(_ runner: Int) -> Int {
        guard !runners[runner].isGone else { return 0 }
        runners[runner].isLate = true
        return 1
    }

    /// Renews the lease of a runner that is not marked as crashed.
    private mutating func beat(_ runner: Int) -> Int {
        guard !runners[runner].isGone else { return 0 }
        runners[runner].isLate = false
        return 1
    }

    /// Registers a runner again; its handlers may still try to complete their earlier jobs.
    private mutating func enterAnew(_ runner: Int) -> Int {
        runners[runner].isLate = false
        runners[runner].isGone = false
        for job in jobs.indices { runners[runner].claims[job]?.isOfOldName = true }
        return 1
    }

    private mutating func rescue() -> Int {
        for runner in runners.indices where runners[runner].isLate { runners[runner].isGone = true }
        var rescued = 0
        for job in jobs.indices {
            guard let holder = jobs[job].holder, runners[holder].isGone else { continue }
            rescued += 1
            jobs[job].crashes += 1
            let isDead = jobs[job].crashes >= Self.maxCrashes || jobs[job].isUnwanted
            jobs[job].place = isDead ? .dead : .waiting
            (jobs[job].token, jobs[job].holder) = (nil, nil)
        }
        return rescued
    }

    private mutating func cancel(_ job: Int) -> Int {
        switch jobs[job].place {
        case .waiting: jobs[job].place = .dead
        case .running: jobs[job].isUnwanted = true
        case .done, .dead: return 0
        }
        return 1
    }
}
