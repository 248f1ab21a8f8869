/// The throw-away server could not be had.
public struct TestServerFailure: Error, CustomStringConvertible {
    /// What happened, why, and what to do next.
    public let description: String

    init(_ happening: String, because reason: String, hint: String = "see Tests/PostgresTesting for what it needs") {
        description = "\(happening)\n\(reason)\n\(hint)"
    }
}
