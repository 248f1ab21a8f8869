/// The error for a condition that did not become true in time.
public struct ConditionNotMet: Error, CustomStringConvertible {
    /// The condition.
    public let description: String

    /// Creates an error.
    public init(description: String) {
        self.description = description
    }
}

/// Waits until a condition is true, by polling every 5 ms.
///
/// - Parameters:
///   - description: The description of the condition, for the error.
///   - condition: The condition.
/// - Throws: ``ConditionNotMet`` after five minutes, to allow for a busy machine, or the error of the condition.
public func wait(until description: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw ConditionNotMet(description: "timed out waiting until \(description)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
