/// Waits for a condition that no latch can tell of, such as one seen only in the server's own tables.
///
/// The test's time limit ends a wait in vain.
func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try await Task.sleep(for: .milliseconds(2))
    }
}
