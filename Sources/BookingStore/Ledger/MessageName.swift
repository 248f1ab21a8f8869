public import Booking

/// What the left side of a Message-ID says of a session's message: its reference, its rule and the revision.
public struct MessageName: Sendable, Equatable {
    /// The session.
    public let reference: Reference
    /// The rule.
    public let rule: String
    /// The revision.
    public let revision: Int32

    /// Names a message.
    public init(reference: Reference, rule: String, revision: Int32) {
        self.reference = reference
        self.rule = rule
        self.revision = revision
    }

    /// Reads the name in a Message-ID; `nil` where it is not one of ours.
    public init?(_ messageID: String) {
        let parts = messageID.prefix { $0 != "@" }.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let reference = try? Reference(String(parts[0])), let revision = Int32(parts[2]) else {
            return nil
        }
        self.init(reference: reference, rule: String(parts[1]), revision: revision)
    }

    /// The left side of the Message-ID.
    public var text: String { "\(reference.code.lowercased()).\(rule).\(revision)" }
}
