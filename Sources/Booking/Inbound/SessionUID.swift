import FoundationEssentials

/// The identifier of a session's entry in calendars, the same for the whole life of the session.
public struct SessionUID: Hashable, Sendable, CustomStringConvertible {
    /// The session.
    public let reference: Reference
    /// The second of the booking, which keeps the identifier apart from those of other installations.
    public let bookedSecond: Int64

    /// The identifier of a session.
    public init(_ session: Session) {
        reference = session.reference
        bookedSecond = Int64(session.bookedAt.timeIntervalSince1970)
    }

    /// Reads an identifier; `nil` where it is not one of ours.
    public init?(_ text: String) {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[1] == "intro" else { return nil }
        let parts = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let reference = try? Reference(String(parts[0])), let second = Int64(parts[1]) else {
            return nil
        }
        self.reference = reference
        bookedSecond = second
    }

    /// The identifier, such as `k7q29fxm-1796058000@intro`.
    public var description: String { "\(reference.code.lowercased())-\(bookedSecond)@intro" }
}
