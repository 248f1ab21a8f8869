import PostgresTesting

/// Waits for a condition without a latch, such as one in the server's own tables.
///
/// - Throws: `ConditionNotMet` where the condition does not become true in time.
func until(_ condition: () async throws -> Bool) async throws {
    try await wait(until: "the condition holds", condition)
}
