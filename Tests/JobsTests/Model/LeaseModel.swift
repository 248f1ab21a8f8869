/// What is to be true of leases, without a database: three runners, two jobs, and everything that may happen to them.
struct LeaseModel: Sendable {
    /// Where a job is.
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

    /// What a runner believes to have in hand.
    struct Lease: Sendable, Equatable {
        let token: Int
        /// Whether it was taken before the runner had to enter anew.
        var isOfOldName = false
    }

    struct Runner: Sendable {
        /// Its lease has run out; whoever looks may take it for dead.
        var isLate = false
        /// It has been taken for dead.
        var isGone = false
        var hand: [Lease?] = [nil, nil]
    }

    /// What may happen.
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

    /// Everything that may happen next.
    var steps: [Step] {
        var steps: [Step] = [.rescue, .cancel(job: 0), .cancel(job: 1)]
        for runner in runners.indices {
            steps += [.claim(runner), .claimSuspect(runner), .beat(runner), .fallSilent(runner)]
            if runners[runner].isGone { steps.append(.enterAnew(runner)) }
            for job in jobs.indices where runners[runner].hand[job] != nil {
                steps += [.complete(runner, job: job), .giveBack(runner, job: job)]
            }
        }
        return steps
    }

    /// Lets something happen, and tells how many jobs or runners it concerned.
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

    private mutating func claim(_ runner: Int, _ wanted: some Sequence<Int>) -> Int {
        let taken = wanted.filter { jobs[$0].place == .waiting }
        guard !runners[runner].isGone, !taken.isEmpty else { return 0 }
        lastToken += 1
        for job in taken {
            jobs[job].place = .running
            (jobs[job].token, jobs[job].holder) = (lastToken, runner)
            runners[runner].hand[job] = Lease(token: lastToken)
        }
        return taken.count
    }

    /// Only whoever names the present token changes anything.
    private mutating func settle(_ runner: Int, _ job: Int, _ change: (inout Job) -> Void) -> Int {
        let lease = runners[runner].hand[job]
        runners[runner].hand[job] = nil
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

    /// A runner that was late and that nobody has missed goes on as it was.
    private mutating func beat(_ runner: Int) -> Int {
        guard !runners[runner].isGone else { return 0 }
        runners[runner].isLate = false
        return 1
    }

    /// What its handlers do at that moment, they may yet try to complete.
    private mutating func enterAnew(_ runner: Int) -> Int {
        runners[runner].isLate = false
        runners[runner].isGone = false
        for job in jobs.indices { runners[runner].hand[job]?.isOfOldName = true }
        return 1
    }

    private mutating func rescue() -> Int {
        for runner in runners.indices where runners[runner].isLate { runners[runner].isGone = true }
        var concerned = 0
        for job in jobs.indices {
            guard let holder = jobs[job].holder, runners[holder].isGone else { continue }
            concerned += 1
            jobs[job].crashes += 1
            let isDead = jobs[job].crashes >= Self.maxCrashes || jobs[job].isUnwanted
            jobs[job].place = isDead ? .dead : .waiting
            (jobs[job].token, jobs[job].holder) = (nil, nil)
        }
        return concerned
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
