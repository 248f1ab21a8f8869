/// Nobody and nothing goes by that name.
public struct NotFound: Error, Sendable {
    /// What was looked for, such as `trainer maria`.
    public let what: String
    /// How to find it.
    public let hint: String

    /// Reports something missing.
    public init(_ what: String, hint: String) {
        self.what = what
        self.hint = hint
    }
}
