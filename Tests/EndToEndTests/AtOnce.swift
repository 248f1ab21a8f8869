/// Runs work several times concurrently.
///
/// - Parameters:
///   - count: The number of runs.
///   - work: The work, given a number from 0.
/// - Returns: The results in the order of their numbers.
/// - Throws: The first error of the work.
func atOnce<Value: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) async throws -> Value
) async throws -> [Value] {
    // A failure does not cancel the others: a process that is cancelled while it starts may never report its end.
    try await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
        for number in 0..<count {
            group.addTask { (number, await Result.catching { try await work(number) }) }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
    .sorted { $0.0 < $1.0 }.map { try $0.1.get() }
}
