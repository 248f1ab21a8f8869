extension JobRunner {
    /// How a runner works.
    public struct Configuration: Sendable {
        /// Who it is, for people: host and process number.
        public var name: String
        /// The queues it serves.
        public var queues: [Queue]
        /// So long after its last heartbeat others take its jobs over.
        public var lease: Duration = .seconds(25)
        /// How often its heart beats, and how often it looks for runners that have died.
        public var heartbeat: Duration = .seconds(5)
        /// How often it looks for work when nobody tells it of any.
        public var poll: Duration = .seconds(1)
        /// How long jobs may run on when it is told to stop.
        public var gracePeriod: Duration = .seconds(25)
        /// How long a job whose task has been cancelled may take to end, before it is left to itself.
        public var cancellationPeriod: Duration = .seconds(5)
        /// A job that was in hand when its runner died, so many times, is dead.
        public var maxCrashes = 3
        /// How long a job waits after a failure, where its handler does not say.
        public var backoff = Backoff.ofJobs
        /// How many jobs it takes beyond those it has hands for, at first.
        package var prefetch = Prefetch()

        /// Serves some queues.
        public init(name: String, queues: [Queue]) {
            self.name = name
            self.queues = queues
        }
    }

    /// A queue that a runner serves.
    public struct Queue: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// How many jobs, or batches, this runner does at once.
        public var concurrency: Int
        /// How many jobs may start in a period, over all runners; `nil` is any number.
        public var rate: Rate?

        /// Serves a queue.
        public init(_ name: String, concurrency: Int = 1, rate: Rate? = nil) {
            self.name = name
            self.concurrency = concurrency
            self.rate = rate
        }
    }

    /// A number of jobs in a period.
    public struct Rate: Sendable, Hashable {
        /// How many jobs.
        public var jobs: Int
        /// The period.
        public var period: Duration

        /// So many jobs in a period.
        public init(_ jobs: Int, per period: Duration) {
            self.jobs = jobs
            self.period = period
        }
    }
}

/// How long to wait before another try: twice as long each time, and by chance anything up to that ("full jitter"), so that
/// what failed together does not come back together.
public struct Backoff: Sendable {
    /// The longest wait after a first failure.
    public let base: Duration
    /// The longest wait of all.
    public let cap: Duration

    /// A backoff between two bounds.
    public init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// After a job's failure: up to 15 seconds at first, up to an hour in the end.
    public static let ofJobs = Backoff(base: .seconds(15), cap: .seconds(3600))
    /// After the database could not be reached: up to 100 milliseconds at first, up to 5 seconds in the end.
    public static let ofConnections = Backoff(base: .milliseconds(100), cap: .seconds(5))

    /// The longest wait after so many failures in a row, counted from 1.
    public func bound(afterFailures failures: Int) -> Duration {
        min(cap, base * Double(1 << min(max(failures, 1) - 1, 30)))
    }

    /// A wait after so many failures in a row, counted from 1.
    public func delay(afterFailures failures: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(afterFailures: failures, using: &generator)
    }

    /// A wait after so many failures in a row, counted from 1, by a generator of one's own.
    public func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        bound(afterFailures: failures) * Double.random(in: 0...1, using: &generator)
    }
}
