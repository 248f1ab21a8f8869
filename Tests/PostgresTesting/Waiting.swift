/// Something that a test waited for did not come true.
public struct NeverSo: Error, CustomStringConvertible {
    /// What.
    public let description: String

    /// Tells what.
    public init(description: String) {
        self.description = description
    }
}

/// Waits until something is so, by looking again and again.
///
/// - Parameters:
///   - what: What is waited for, for the message.
///   - isSo: Looks.
/// - Throws: ``NeverSo`` after five minutes: a loaded machine has its time, or what looking throws.
public func wait(until what: String, _ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverSo(description: "waited in vain until \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
