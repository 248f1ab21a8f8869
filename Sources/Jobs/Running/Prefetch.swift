/// How many jobs a worker takes beyond those it has hands for.
///
/// What lies ready when a runner dies waits for the rescue, and what lies ready here no other runner can do. So it is no
/// more than about fifty milliseconds' work: nothing where jobs are long, some hundred where they are done in an instant.
package struct Prefetch: Sendable, Equatable {
    private static let horizon: Duration = .milliseconds(50)
    static let limit = 500

    private(set) var jobs = 0
    private var isFixed = false

    /// A number that does not depend on how long rounds take: for tests on busy machines.
    package static func fixed(_ jobs: Int) -> Prefetch {
        Prefetch(jobs: jobs, isFixed: true)
    }

    /// Learns from a round: so many jobs took so long.
    mutating func learn(_ count: Int, took time: Duration) {
        guard !isFixed else { return }
        let fits = Double(count) * (Self.horizon / max(time, .microseconds(1)))
        jobs = min(Self.limit, jobs * 2 + count, Int(min(fits, Double(Self.limit))))
    }
}
