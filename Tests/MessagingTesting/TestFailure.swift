/// A failure to start or read a test server.
public struct TestFailure: Error, CustomStringConvertible {
    /// The description of the failure.
    public let description: String
}
