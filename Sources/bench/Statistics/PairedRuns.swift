/// Runs of ours and of the limit, taken in turns, so that whatever else the machine does meets both.
struct PairedRuns: Sendable {
    /// How the ratio is formed.
    enum Comparison: Sendable {
        /// Of rates: ours by the limit's.
        case valueByLimit
        /// Of durations: the limit's by ours, so that more is better here, too.
        case limitByValue
    }

    private(set) var pairs: [(value: Double, limit: Double)] = []
    let comparison: Comparison

    init(_ comparison: Comparison) {
        self.comparison = comparison
    }

    mutating func add(value: Double, limit: Double) {
        pairs.append((value, limit))
    }

    /// The median of the pairs' ratios.
    var ratio: Double {
        median(
            pairs.map { pair in
                switch comparison {
                case .valueByLimit: pair.value / pair.limit
                case .limitByValue: pair.limit / pair.value
                }
            })
    }

    /// Measures pairs, each time beginning with the other one.
    static func measure(
        _ comparison: Comparison, rounds: Int, value: () async throws -> Double, limit: () async throws -> Double
    ) async throws -> PairedRuns {
        var runs = PairedRuns(comparison)
        for round in 0..<rounds {
            if round.isMultiple(of: 2) {
                let ours = try await value()
                runs.add(value: ours, limit: try await limit())
            } else {
                let theirs = try await limit()
                runs.add(value: try await value(), limit: theirs)
            }
        }
        return runs
    }
}

/// The middle of some numbers; of an even count, the mean of the two in the middle.
func median(_ numbers: [Double]) -> Double {
    guard !numbers.isEmpty else { return .nan }
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// The number below which a share of the others lie.
func quantile(_ share: Double, of numbers: [Double]) -> Double {
    guard !numbers.isEmpty else { return .nan }
    let sorted = numbers.sorted()
    return sorted[Swift.min(Int(Double(sorted.count) * share), sorted.count - 1)]
}

/// Callers at work at the same time.
enum Callers {
    /// Lets callers repeat something for some seconds.
    ///
    /// - Parameters:
    ///   - callers: How many at once.
    ///   - seconds: For how long.
    ///   - body: What each does; told who it is and how often it has done it.
    /// - Returns: How often it was done per second, by all together.
    /// - Throws: What the work throws.
    static func rate(
        _ callers: Int, seconds: Int, _ body: @escaping @Sendable (_ caller: Int, _ turn: Int) async throws -> Void
    ) async throws -> Double {
        let start = ContinuousClock.now
        let deadline = start + .seconds(seconds)
        let done = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var turn = 0
                    while ContinuousClock.now < deadline {
                        try await body(caller, turn)
                        turn += 1
                    }
                    return turn
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(done) / (ContinuousClock.now - start).seconds
    }
}

extension Duration {
    /// As a number of seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// How long something takes.
func duration(of work: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await work()
    return (ContinuousClock.now - start).seconds
}
