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
