/// Does work to its end, also where the task that waits for it has been cancelled: what has happened is written down.
func finishing<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await Task { try await work() }.value
}
