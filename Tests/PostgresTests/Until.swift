import PostgresTesting

/// Waits for a condition that no latch can tell of, such as one seen only in the server's own tables.
///
/// - Throws: `NeverSo` when it does not come true.
func until(_ condition: () async throws -> Bool) async throws {
    try await wait(until: "the condition holds", condition)
}
