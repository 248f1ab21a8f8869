extension JobRunner {
    /// What a runner has done.
    public struct Tally: Sendable, Equatable {
        /// Jobs that are done.
        public internal(set) var completed = 0
        /// Attempts that failed.
        public internal(set) var failed = 0
        /// How often it came too late, and another had taken the job over.
        public internal(set) var stale = 0

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(
                completed: left.completed + right.completed, failed: left.failed + right.failed,
                stale: left.stale + right.stale)
        }

        static func - (left: Tally, right: Tally) -> Tally {
            Tally(
                completed: left.completed - right.completed, failed: left.failed - right.failed,
                stale: left.stale - right.stale)
        }
    }
}
