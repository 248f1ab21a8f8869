/// Does something several times at the same moment.
///
/// - Parameters:
///   - count: How often.
///   - work: What to do, given a number from 0 up.
/// - Returns: The results in the order of their numbers.
/// - Throws: What the work throws first.
func atOnce<Value: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) async throws -> Value
) async throws -> [Value] {
    // One that fails does not stop the others: a process that is cancelled as it starts may never be heard of again.
    try await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
        for number in 0..<count {
            group.addTask { (number, await Result.catching { try await work(number) }) }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
    .sorted { $0.0 < $1.0 }.map { try $0.1.get() }
}
