public import FoundationEssentials

/// How queues, runners and the table of jobs stand at one moment.
public struct JobStatistics: Sendable, Equatable {
    /// A queue that has jobs, dead ones or settings, or that a living runner serves.
    public struct Queue: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Jobs that are due and that nobody has in hand.
        public let waiting: Int
        /// Jobs whose time has not come; those that are to be retried are among them.
        public let scheduled: Int
        /// Jobs in runners' hands.
        public let running: Int
        /// Dead jobs, which run only when they are retried.
        public let dead: Int
        /// How long the job has been due that has waited longest; `nil` where none waits.
        public let oldestDue: Duration?
        /// Since when nothing is claimed from it; `nil` where it runs.
        public let pausedAt: Date?
        /// How many jobs may start in a period, over all runners; `nil` is any number.
        public let rate: JobRunner.Rate?
    }

    /// A runner whose lease has not run out.
    public struct Runner: Sendable, Equatable {
        /// The number under which it holds its leases.
        public let id: Int64
        /// Host and process number.
        public let name: String
        /// The queues it serves.
        public let queues: [String]
        /// When it began.
        public let startedAt: Date
        /// How long ago its heart beat.
        public let seen: Duration
        /// How many jobs it has done.
        public let completed: Int
        /// How many attempts failed.
        public let failed: Int
        /// How often it came too late, since another had taken the job over.
        public let stale: Int
    }

    /// The rows of the table of jobs, as the server's statistics estimate them.
    public struct Table: Sendable, Equatable {
        /// Rows that somebody can see.
        public let live: Int
        /// Rows that nobody needs and that vacuum has not removed.
        public let dead: Int
        /// When vacuum last got through it.
        public let vacuumedAt: Date?
    }

    /// The moment, by the database's clock.
    public let at: Date
    /// The queues, by name.
    public let queues: [Queue]
    /// The runners that are alive, by name.
    public let runners: [Runner]
    /// The table of jobs.
    public let table: Table
    /// How long the longest transaction of this database has been open; `nil` where there is no other.
    public let oldestTransaction: Duration?
    /// Whether this login does not see the transactions of other logins, of which one may be older.
    public let hidesTransactions: Bool
    /// Who keeps vacuum from the most; `nil` where nobody does.
    public let snapshot: HeldSnapshot?
}
