/// Something a person typed that Intro cannot accept, and what to type instead.
///
/// The three parts read as one sentence: *field* *problem*; *hint*. A name, an e-mail address or a phone number is never
/// repeated in it, and what is repeated (a time, a time zone) is cut short and made visible first.
public struct InvalidInput: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being typed, in the words of the one who typed it: "email", "--at", "time zone".
    public let field: String
    /// What is wrong with it, to be read after the field: "has no @".
    public let problem: String
    /// What to do next: "write it like maria@example.com".
    public let hint: String

    /// Describes an input that is refused.
    public init(field: String, problem: String, hint: String) {
        self.field = field
        self.problem = problem
        self.hint = hint
    }

    /// The three parts as one sentence.
    public var description: String { "\(field) \(problem); \(hint)" }
}
