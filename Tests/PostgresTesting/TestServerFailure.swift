/// The error for a test server that could not be started.
public struct TestServerFailure: Error, CustomStringConvertible {
    /// The error, its cause, and advice.
    public let description: String

    init(_ problem: String, because reason: String, hint: String = "see Tests/PostgresTesting for what it needs") {
        description = "\(problem)\n\(reason)\n\(hint)"
    }
}
