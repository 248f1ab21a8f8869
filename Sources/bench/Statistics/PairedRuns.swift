/// Alternating runs of our code and of the limit, so that other load on the machine affects both.
struct PairedRuns: Sendable {
    /// The formula of the ratio.
    enum Comparison: Sendable {
        /// For rates: our value divided by the limit.
        case valueByLimit
        /// For durations: the limit divided by our value, so that a higher ratio is better here as well.
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

    /// Measures pairs, and alternates which of the two runs first.
    static func measure(
        _ comparison: Comparison, rounds: Int, value: () async throws -> Double, limit: () async throws -> Double
    ) async throws -> PairedRuns {
        var runs = PairedRuns(comparison)
        for round in 0..<rounds {
            if round.isMultiple(of: 2) {
                let ourValue = try await value()
                runs.add(value: ourValue, limit: try await limit())
            } else {
                let limitValue = try await limit()
                runs.add(value: try await value(), limit: limitValue)
            }
        }
        return runs
    }
}

/// Returns the median; for an even count, the mean of the two middle values.
func median(_ numbers: [Double]) -> Double {
    guard !numbers.isEmpty else { return .nan }
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// Returns the value below which a share of the values lie.
func quantile(_ share: Double, of numbers: [Double]) -> Double {
    guard !numbers.isEmpty else { return .nan }
    let sorted = numbers.sorted()
    return sorted[Swift.min(Int(Double(sorted.count) * share), sorted.count - 1)]
}

/// Concurrent callers.
enum Callers {
    /// Repeats an operation with concurrent callers for a number of seconds.
    ///
    /// - Parameters:
    ///   - callers: The number of callers.
    ///   - seconds: The duration.
    ///   - body: The operation, called with the caller's index and the number of its previous calls.
    /// - Returns: Operations per second of all callers together.
    /// - Throws: The operation's error.
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
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// Returns the duration of an operation in seconds.
func duration(of work: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await work()
    return (ContinuousClock.now - start).seconds
}
