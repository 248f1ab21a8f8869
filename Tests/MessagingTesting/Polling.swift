/// Waits until a condition holds, by polling.
///
/// - Parameters:
///   - condition: The description of the condition, for the error message.
///   - holds: Returns whether the condition holds.
/// - Throws: `TestFailure` after five minutes, which only a hang exceeds, or the error of `holds`.
func poll(until condition: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await !holds() {
        guard ContinuousClock.now < deadline else {
            throw TestFailure(description: "Timed out waiting until \(condition).")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
