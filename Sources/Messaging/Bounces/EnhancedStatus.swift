/// An enhanced status code of three numbers (RFC 3463), such as `5.1.1` for a mailbox that does not exist.
public struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    /// The class, which is the first number.
    public enum Outcome: Int, Hashable, Sendable {
        /// Success.
        case success = 2
        /// A temporary failure.
        case transient = 4
        /// A permanent failure.
        case permanent = 5
    }

    /// The class.
    public let outcome: Outcome
    /// The subject: 1 addresses, 2 mailboxes, 3 mail systems, 4 the network, 5 the protocol, 6 content, 7 policy and
    /// security; 0 is unspecific.
    public let subject: Int
    /// The detail; 0 is unspecific.
    public let detail: Int

    /// The three numbers with dots between them.
    public var description: String { "\(outcome.rawValue).\(subject).\(detail)" }

    /// Creates a status.
    public init(_ outcome: Outcome, subject: Int, detail: Int) {
        self.outcome = outcome
        self.subject = subject
        self.detail = detail
    }

    /// Parses the status at the beginning of a text, after optional white space.
    init?(leading text: some StringProtocol) {
        let digits = text.drop(while: \.isWhitespace).prefix { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
        let numbers = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ (1...3).contains($0.count) }), numbers[0].count == 1,
            let outcome = Int(numbers[0]).flatMap(Outcome.init), let subject = Int(numbers[1]),
            let detail = Int(numbers[2])
        else { return nil }
        self.init(outcome, subject: subject, detail: detail)
    }

    /// Creates the status of a plain reply code: `550` becomes 5.0.0.
    init?(replyCode: Int) {
        guard let outcome = Outcome(rawValue: replyCode / 100) else { return nil }
        self.init(outcome, subject: 0, detail: 0)
    }

    /// Whether only the first number is significant.
    var isUnspecific: Bool { subject == 0 && detail == 0 }

    /// Finds the status in a refusal's text: `550 5.1.1 no`, `550-5.1.1 no`, `(#5.1.1)`, `5.1.1 no`; else that of the
    /// first reply code.
    ///
    /// The reply code 550 becomes 5.0.0. Three numbers elsewhere are an address or a version.
    init?(foundIn text: some StringProtocol) {
        var previous: Substring?
        var unspecific: EnhancedStatus?
        for word in String(text).split(whereSeparator: { $0.isWhitespace || "()<>[],;:\"".contains($0) }).prefix(400) {
            defer { previous = word }
            let pieces = word.split(separator: "-", maxSplits: 1)
            let code = pieces.first.flatMap { Int(replyCode: $0) }
            let isMarked = word.hasPrefix("#") || (previous.map { Int(replyCode: $0) != nil } ?? true)
            let candidate = code != nil && pieces.count == 2 ? pieces[1] : word
            if isMarked || code != nil, let status = EnhancedStatus(whole: candidate.drop { $0 == "#" }) {
                guard status.isUnspecific else {
                    self = status
                    return
                }
                unspecific = unspecific ?? status
            }
            unspecific = unspecific ?? code.flatMap { EnhancedStatus(replyCode: $0) }
        }
        guard let unspecific else { return nil }
        self = unspecific
    }

    /// Parses a word that consists only of a status.
    private init?(whole word: some StringProtocol) {
        guard word.allSatisfy({ $0.isASCII && ($0.isWholeNumber || $0 == ".") }) else { return nil }
        self.init(leading: word)
    }
}

extension Int {
    /// Creates the status of a word that is a reply code of a refusal (RFC 5321 section 4.2); `nil` for any other
    /// word.
    fileprivate init?(replyCode word: some StringProtocol) {
        guard word.utf8.count == 3, let code = Int(word), (400..<600).contains(code) else { return nil }
        self = code
    }
}
