/// Waits until a condition holds that can only be seen by looking again and again.
///
/// - Parameters:
///   - condition: The condition in words, for the message.
///   - holds: Looks.
/// - Throws: `TestFailure` after five minutes, which only a hang takes, or the error of looking.
func poll(until condition: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await !holds() {
        guard ContinuousClock.now < deadline else {
            throw TestFailure(description: "Waited in vain until \(condition).")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
