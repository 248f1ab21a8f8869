public import FoundationEssentials

/// The rules for marking sessions, and for correcting a mark or a cancellation.
public enum CorrectionRules {
    /// An error for a correction without a reason.
    public struct ReasonMissing: Error, Hashable {
        /// The session.
        public let reference: Reference
        /// Its present status.
        public let status: Session.Status
    }

    /// The state of the time that a corrected session takes again.
    public struct Facts: Sendable {
        /// Why the session cannot take place, except working hours.
        public let obstacle: Session.Obstacle?
        /// The recorded reason of the obstacle.
        public let obstacleReason: String?
        /// Whether the trainer has another session then, or the time is held.
        public let isTrainerBusy: Bool
        /// Whether the client has another session then.
        public let isClientBusy: Bool
        /// A free station; `nil` if all are occupied.
        public let station: Int16?

        /// Creates the facts.
        public init(
            obstacle: Session.Obstacle?, obstacleReason: String?, isTrainerBusy: Bool, isClientBusy: Bool,
            station: Int16?
        ) {
            self.obstacle = obstacle
            self.obstacleReason = obstacleReason
            self.isTrainerBusy = isTrainerBusy
            self.isClientBusy = isClientBusy
            self.station = station
        }
    }

    /// Throws unless the session can be marked.
    ///
    /// - Parameters:
    ///   - session: The current state of the session.
    ///   - outcome: The new mark.
    ///   - reason: The reason for a change of an earlier mark.
    ///   - overrideReason: The reason for marking the session before its start.
    ///   - now: The current time.
    /// - Throws: ``Refusal`` of the rules `not_started` and `not_changeable`, or ``ReasonMissing``.
    public static func assertMarkable(
        _ session: Session, as outcome: Session.Status, reason: String?, overrideReason: String?, now: Date
    ) throws {
        let isCorrection = session.status.isMark && session.status != outcome
        if !isCorrection { try SessionRules.assertOpen(session) }
        if isCorrection, reason == nil { throw ReasonMissing(reference: session.reference, status: session.status) }
        guard session.startsAt <= now || overrideReason != nil else {
            throw Refusal(
                .notStarted, "\(session.reference) has not begun: it starts at \(session.start)",
                remedy: .markAfterStart)
        }
    }

    /// Throws unless the session can become booked again: it is marked or cancelled.
    ///
    /// - Parameter session: The current state of the session.
    /// - Throws: ``Refusal`` of the rule `not_changeable`.
    public static func assertUndoable(_ session: Session) throws(Refusal) {
        guard session.status == .booked else { return }
        throw Refusal(
            .notChangeable, "\(session.reference) on \(session.start) is booked: there is nothing to undo",
            remedy: .checkSession)
    }

    /// Returns the refusal of a session that takes its time again, or `nil`.
    ///
    /// - Parameters:
    ///   - session: The session; the obstacles of the time apply only if it is cancelled.
    ///   - facts: The state of its time.
    /// - Returns: The refusal by the first rule that is not satisfied, or `nil`.
    public static func refusal(for session: Session, _ facts: Facts) -> Refusal? {
        let (trainer, studio) = (visible(session.trainer.name), visible(session.studio.name))
        let time = session.start
        if session.status == .cancelled, let refusal = obstacle(facts, trainer, studio, time) { return refusal }
        if facts.isTrainerBusy {
            return Refusal(
                .slotTaken, "\(trainer) is not free at \(time)", hint: "choose one of the free slots")
        }
        if facts.isClientBusy {
            return Refusal(
                .clientBusy, "\(visible(session.client.name)) has another session at \(time)",
                hint: "choose another time")
        }
        guard facts.station != nil else {
            return Refusal(
                .studioFull, "\(studio) has no station left at \(time)", hint: "choose one of the free slots")
        }
        return nil
    }

    private static func obstacle(_ facts: Facts, _ trainer: String, _ studio: String, _ time: TimedText) -> Refusal? {
        let detail = facts.obstacleReason.map { ": \(visible($0))" } ?? ""
        switch facts.obstacle {
        case .away:
            return Refusal(
                .away, "\(trainer) is away at \(time)\(detail)", hint: "choose another trainer or another day")
        case .closed:
            return Refusal(.studioClosed, "\(studio) is closed at \(time)\(detail)", hint: "choose another day")
        case .trainerRetired:
            return Refusal(.trainerRetired, "\(trainer) no longer takes sessions", hint: "choose another trainer")
        case .outsideHours, nil: return nil
        }
    }
}

extension Session.Status {
    /// Whether it is one of the marks, attended and no-show.
    public var isMark: Bool { self == .attended || self == .noShow }

    /// Whether a session with this status occupies its time and, unless it is waived, uses the client's free session.
    public var occupiesTime: Bool { self == .booked || self == .attended }
}
