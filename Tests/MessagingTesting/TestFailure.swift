/// A test server that could not be started or read.
public struct TestFailure: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String
}
