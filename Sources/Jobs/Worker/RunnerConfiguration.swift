extension JobRunner {
    /// The configuration of a runner.
    public struct Configuration: Sendable {
        /// The runner's name for people: host and process number.
        public var name: String
        /// The version of the program, for people; `nil` if it is not known.
        public var version: String?
        /// The queues that the runner serves, each once.
        public var queues: [Queue]
        /// The time after its last heartbeat at which other runners take over its jobs.
        public var lease: Duration = .seconds(25)
        /// The interval of heartbeats, and of the check for crashed runners.
        public var heartbeat: Duration = .seconds(5)
        /// The interval of polling for jobs without a notification.
        public var poll: Duration = .seconds(1)
        /// The time that running jobs may take to end after a stop.
        public var gracePeriod: Duration = .seconds(25)
        /// The time that a job whose task was cancelled may take to end, before the runner continues without it.
        public var cancellationPeriod: Duration = .seconds(5)
        /// The number of crashes of its runner after which a job is dead.
        public var maxCrashes = 3
        /// The delay after a failure, where the handler does not give one.
        public var backoff = Backoff.ofJobs
        /// The initial number of jobs to claim beyond those that can run at once.
        package var prefetch = Prefetch()

        /// Creates a configuration with the default intervals.
        public init(name: String, version: String? = nil, queues: [Queue]) {
            self.name = name
            self.version = version
            self.queues = queues
        }
    }

    /// A queue that a runner serves.
    public struct Queue: Sendable, Hashable {
        /// The queue's name.
        public var name: String
        /// The number of jobs, or batches, that this runner runs at once.
        public var concurrency: Int
        /// The number of jobs that may start in a period, across all runners; `nil` means no limit.
        public var rate: Rate?

        /// Creates the settings of a queue.
        public init(_ name: String, concurrency: Int = 1, rate: Rate? = nil) {
            self.name = name
            self.concurrency = concurrency
            self.rate = rate
        }
    }

    /// A rate limit: a number of jobs in a period.
    public struct Rate: Sendable, Hashable {
        /// The number of jobs.
        public var jobs: Int
        /// The length of the period.
        public var period: Duration

        /// Creates a rate limit.
        public init(_ jobs: Int, per period: Duration) {
            self.jobs = jobs
            self.period = period
        }
    }
}

/// Exponential backoff with full jitter: the bound doubles with each failure and the delay is random from zero to the
/// bound, so that simultaneous failures are not retried simultaneously.
public struct Backoff: Sendable {
    /// The maximum delay after the first failure.
    public let base: Duration
    /// The maximum delay after any number of failures.
    public let cap: Duration

    /// Creates a backoff between two bounds.
    public init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// The backoff after a job's failure: up to 15 seconds at first, up to an hour in the end.
    public static let ofJobs = Backoff(base: .seconds(15), cap: .seconds(3600))
    /// The backoff after a failed connection: up to 100 milliseconds at first, up to 5 seconds in the end.
    public static let ofConnections = Backoff(base: .milliseconds(100), cap: .seconds(5))

    /// Returns the maximum delay after a number of consecutive failures, from 1.
    public func bound(afterFailures failures: Int) -> Duration {
        min(cap, base * Double(1 << min(max(failures, 1) - 1, 30)))
    }

    /// Returns a random delay after a number of consecutive failures, from 1.
    public func delay(afterFailures failures: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(afterFailures: failures, using: &generator)
    }

    /// Returns a random delay after a number of consecutive failures, from 1, drawn from a given generator.
    public func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        bound(afterFailures: failures) * Double.random(in: 0...1, using: &generator)
    }
}
