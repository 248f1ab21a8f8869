/// Why a text is no schedule.
public struct CronError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which part of it: `minute`, `hour`, `day of month`, `month`, `day of week`, or `cron` for the whole, or `time zone`.
    public let field: String
    /// What is wrong with that part, to be read after its name: `cannot be "61"`.
    public let problem: String
    /// What may stand there: `write 0 to 59, like "5", "0,30", "10-50/20" or "*/15"`.
    public let hint: String

    /// The three parts as one sentence.
    public var description: String { "\(field) \(problem); \(hint)" }
}

extension CronError {
    /// A text in quotes as far as it fits into a line, whatever is not plain ASCII made visible.
    static func quoted(_ text: some StringProtocol) -> String {
        let visible = text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: true) }.joined()
        return "\"\(visible)\(text.unicodeScalars.count > 60 ? "..." : "")\""
    }
}
