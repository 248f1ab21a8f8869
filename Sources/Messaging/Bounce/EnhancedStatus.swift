/// Why a message did or did not arrive, as three numbers (RFC 3463): `5.1.1` is a mailbox that does not exist.
public struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    /// The first number.
    public enum Outcome: Int, Hashable, Sendable {
        /// It worked.
        case success = 2
        /// It did not work now.
        case transient = 4
        /// It will not work in this form.
        case permanent = 5
    }

    /// Whether it worked.
    public let outcome: Outcome
    /// What it has to do with: 1 addresses, 2 mailboxes, 3 mail systems, 4 the network, 5 the protocol, 6 content, 7
    /// policy and security; 0 is unspecific.
    public let subject: Int
    /// What exactly; 0 is unspecific.
    public let detail: Int

    /// The three numbers with their dots.
    public var description: String { "\(outcome.rawValue).\(subject).\(detail)" }

    /// Makes a status.
    public init(_ outcome: Outcome, subject: Int, detail: Int) {
        self.outcome = outcome
        self.subject = subject
        self.detail = detail
    }

    /// Takes the status at the beginning of a text, spaces aside.
    init?(leading text: some StringProtocol) {
        let words = text.drop(while: \.isWhitespace).prefix { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
        let numbers = words.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ (1...3).contains($0.count) }), numbers[0].count == 1,
            let outcome = Int(numbers[0]).flatMap(Outcome.init), let subject = Int(numbers[1]),
            let detail = Int(numbers[2])
        else { return nil }
        self.init(outcome, subject: subject, detail: detail)
    }

    /// The status of a reply that has only its code: `550` becomes 5.0.0.
    init?(replyCode: Int) {
        guard let outcome = Outcome(rawValue: replyCode / 100) else { return nil }
        self.init(outcome, subject: 0, detail: 0)
    }

    /// Whether this tells no more than its first number.
    var isUnspecific: Bool { subject == 0 && detail == 0 }

    /// Whether this says that the address itself leads nowhere, for good.
    ///
    /// Class 5 alone does not say so: it means that this message, in this form, will not arrive. A full mailbox, a
    /// message too long or of the wrong content pass (Amazon SES counts all three as transient bounces); policy (5.7.x)
    /// is about us or about the message; a time-out, a loop or a broken system (5.3.x, most of 5.4.x) is nobody's
    /// address. When in doubt this says no: a second bounce costs little, and a person who hears nothing more, much.
    public var isAboutAddress: Bool {
        guard outcome == .permanent else { return false }
        return switch (subject, detail) {
        // A plain 550 is what most servers say of a mailbox that they do not know.
        case (0, _): true
        // Bad mailbox, host or syntax, moved, no mail server at all (RFC 7505); but 7 and 8 are about the sender.
        case (1, 7), (1, 8): false
        case (1, _): true
        // Disabled, or unspecific; but not full, too small for the message, or a list's own trouble.
        case (2, 0), (2, 1): true
        // Microsoft's word for an address that is not in its directory; no route; no such domain.
        case (4, 1), (4, 4), (4, 310): true
        // Outlook.com's "mailbox unavailable".
        case (5, 0): true
        // The account is disabled (RFC 5248's registry), or belongs to somebody else by now (RFC 7293).
        case (7, 13), (7, 17), (7, 18): true
        default: false
        }
    }
}
