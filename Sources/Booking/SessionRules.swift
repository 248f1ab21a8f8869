public import FoundationEssentials

/// What may become of a session.
public enum SessionRules {
    /// A session can be moved or called off while it is booked and has not begun.
    ///
    /// - Parameters:
    ///   - session: The session as it is.
    ///   - now: The clock against which "begun" counts.
    /// - Throws: ``Refusal`` of the rule `not_changeable`.
    public static func assertChangeable(_ session: Session, now: Date) throws(Refusal) {
        try assertOpen(session)
        guard session.startsAt > now else {
            throw Refusal(
                .notChangeable, "\(session.reference) began at \(session.localStart)",
                hint:
                    "mark it: `intro attend \(session.reference)` or `intro no-show \(session.reference)`"
            )
        }
    }

    /// A session is open while nobody has said how it ended.
    ///
    /// - Parameter session: The session as it is.
    /// - Throws: ``Refusal`` of the rule `not_changeable`.
    public static func assertOpen(_ session: Session) throws(Refusal) {
        let ending =
            switch session.status {
            case .booked: nil as String?
            case .attended: "was attended"
            case .noShow: "was a no-show"
            case .cancelled: "was cancelled"
            }
        if let ending {
            throw Refusal(
                .notChangeable, "\(session.reference) on \(session.localStart) \(ending)",
                hint: "book another session for this client")
        }
    }
}
