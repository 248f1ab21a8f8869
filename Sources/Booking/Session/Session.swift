public import FoundationEssentials

/// A free introductory session of one client with one trainer.
public struct Session: Sendable {
    /// The primary key; people use ``reference``.
    public typealias ID = Key<Session, Int64>

    /// The status of a session.
    public enum Status: String, Sendable, CaseIterable {
        /// The session is still to come, or is over and not marked yet.
        case booked
        /// The client attended.
        case attended
        /// The client was a no-show.
        case noShow = "no_show"
        /// The session was cancelled.
        case cancelled
    }

    /// The reason why a booked session cannot take place as booked; raw values are the codes in JSON output.
    public enum Obstacle: String, Sendable, CaseIterable {
        /// The trainer is away at that time.
        case away
        /// The studio is closed at that time.
        case closed
        /// The trainer does not work at that time, and no override waived that rule.
        case outsideHours = "outside_hours"
        /// The trainer no longer takes sessions.
        case trainerRetired = "trainer_retired"
    }

    /// The party that cancelled a session.
    public enum CancelledBy: String, Sendable, CaseIterable {
        /// The client.
        case client
        /// The studio.
        case studio
    }

    /// The identity of a session's trainer.
    public struct TrainerName: Sendable, Hashable {
        /// The primary key.
        public let id: Trainer.ID
        /// The handle, which people type.
        public let handle: String
        /// The name, which clients read.
        public let name: String

        /// Creates a trainer's name.
        public init(id: Trainer.ID, handle: String, name: String) {
            self.id = id
            self.handle = handle
            self.name = name
        }

        /// The first word of the name, for greetings.
        public var firstName: String { PersonName(stored: name).firstName }
    }

    /// The studio of a session.
    public struct Place: Sendable {
        /// The primary key.
        public let id: Studio.ID
        /// The handle, which people type.
        public let handle: String
        /// The studio's name.
        public let name: String
        /// The studio's clock.
        public let clock: StudioClock

        /// Creates a place.
        public init(id: Studio.ID, handle: String, name: String, clock: StudioClock) {
            self.id = id
            self.handle = handle
            self.name = name
            self.clock = clock
        }
    }

    /// The primary key.
    public let id: ID
    /// The booking reference, which people use on the phone.
    public let reference: Reference
    /// The status.
    public let status: Status
    /// The revision: 1 when booked, incremented by each move, cancellation and reinstatement.
    public let revision: Int32
    /// The client.
    public let client: Client
    /// The trainer.
    public let trainer: TrainerName
    /// The studio.
    public let studio: Place
    /// The start.
    public let startsAt: Date
    /// The end, exclusive.
    public let endsAt: Date
    /// The time of the booking.
    public let bookedAt: Date
    /// The reason of an override; `nil` if no rule was waived.
    public let overrideReason: String?
    /// The reason of the cancellation, if one was recorded.
    public let cancelReason: String?
    /// The party that cancelled the session; `nil` if it is not cancelled, or if that was not recorded.
    public let cancelledBy: CancelledBy?
    /// The time of the client's confirmation; `nil` if not confirmed.
    public let confirmedAt: Date?
    /// The rules that were waived when the session was last scheduled.
    public let waivedRules: [Refusal.Rule]
    /// The reason why the session cannot take place as booked; `nil` if it can, or if it is no longer booked.
    public var affected: Obstacle?
    /// The recorded reason of ``affected``, such as that of a closure.
    public var affectedReason: String?
    /// The notes about the client, oldest first; empty unless the session was read for staff.
    public var notes: [ClientNote] = []

    /// Creates a session from its stored parts.
    public init(
        id: ID, reference: Reference, status: Status, revision: Int32, client: Client, trainer: TrainerName,
        studio: Place, startsAt: Date, endsAt: Date, bookedAt: Date, overrideReason: String?, cancelReason: String?,
        cancelledBy: CancelledBy? = nil, confirmedAt: Date? = nil, waivedRules: [Refusal.Rule] = []
    ) {
        self.id = id
        self.reference = reference
        self.status = status
        self.revision = revision
        self.client = client
        self.trainer = trainer
        self.studio = studio
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.bookedAt = bookedAt
        self.overrideReason = overrideReason
        self.cancelReason = cancelReason
        self.cancelledBy = cancelledBy
        self.confirmedAt = confirmedAt
        self.waivedRules = waivedRules
    }

    /// Whether the session cannot take place: the trainer is away or has retired, or the studio is closed.
    ///
    /// Messages that announce the session are not sent. Working hours are ignored, since staff may agree on a time
    /// outside working hours.
    public var isImpossible: Bool { affected != nil && affected != .outsideHours }

    /// The start in the studio's local time for programs, such as `2026-12-01 09:00 PST`.
    public var localStart: String { studio.clock.text(startsAt) }

    /// The start in the studio's local time for people.
    public var start: TimedText { "\(startsAt, on: studio.clock)" }
}

extension Session.Place {
    /// Creates the place of a studio's sessions.
    public init(_ studio: Studio) {
        self.init(id: studio.id, handle: studio.handle.text, name: studio.name, clock: studio.clock)
    }
}

/// The rules for changes of a session.
public enum SessionRules {
    /// Throws unless the session can be moved or cancelled: it is booked and has not begun.
    ///
    /// - Parameters:
    ///   - session: The current state of the session.
    ///   - now: The current time.
    /// - Throws: ``Refusal`` of the rule `not_changeable`.
    public static func assertChangeable(_ session: Session, now: Date) throws(Refusal) {
        try assertOpen(session)
        try assertAhead(session, now: now, remedy: .markSession(session.reference))
    }

    private static func assertAhead(_ session: Session, now: Date, remedy: Refusal.Remedy) throws(Refusal) {
        guard session.startsAt <= now else { return }
        throw Refusal(.notChangeable, "\(session.reference) began at \(session.start)", remedy: remedy)
    }

    /// Throws unless the session is booked, that is, not marked or cancelled.
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
                .notChangeable, "\(session.reference) on \(session.start) \(ending)",
                remedy: .correctSession(session.reference, status: session.status))
        }
    }

    /// Throws unless the session can be cancelled by a party: the studio can also cancel one that has begun.
    ///
    /// - Parameters:
    ///   - session: The current state of the session.
    ///   - party: The party that cancels.
    ///   - now: The current time.
    /// - Throws: ``Refusal`` of the rule `not_changeable`.
    public static func assertCancellable(_ session: Session, by party: Session.CancelledBy, now: Date) throws(Refusal) {
        try assertOpen(session)
        guard party == .client else { return }
        try assertAhead(session, now: now, remedy: .markOrCancelForStudio(session.reference))
    }
}
