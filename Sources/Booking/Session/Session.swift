public import FoundationEssentials

/// One person, one trainer, one free introductory session.
public struct Session: Sendable {
    /// The key in the database; people say ``reference``.
    public typealias ID = Key<Session, Int64>

    /// What has become of a session.
    public enum Status: String, Sendable, CaseIterable {
        /// It is to come, or nobody has said yet how it went.
        case booked
        /// The client came.
        case attended
        /// The client did not come.
        case noShow = "no_show"
        /// It was called off.
        case cancelled
    }

    /// Why a session that is booked cannot take place as booked; raw values are the codes that scripts see.
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

    /// What a session tells of its trainer.
    public struct TrainerName: Sendable, Hashable {
        /// The key in the database.
        public let id: Trainer.ID
        /// What people type.
        public let handle: String
        /// What clients read.
        public let name: String

        /// Names a trainer.
        public init(id: Trainer.ID, handle: String, name: String) {
            self.id = id
            self.handle = handle
            self.name = name
        }
    }

    /// What a session tells of its studio.
    public struct Place: Sendable {
        /// The key in the database.
        public let id: Studio.ID
        /// What people type.
        public let handle: String
        /// The name on the door.
        public let name: String
        /// The studio's wall clock.
        public let clock: StudioClock

        /// Names a place.
        public init(id: Studio.ID, handle: String, name: String, clock: StudioClock) {
            self.id = id
            self.handle = handle
            self.name = name
            self.clock = clock
        }
    }

    /// The key in the database.
    public let id: ID
    /// What people say on the phone.
    public let reference: Reference
    /// What has become of it.
    public let status: Status
    /// 1 when booked, one more at each move and at cancellation.
    public let revision: Int32
    /// For whom.
    public let client: Client
    /// With whom.
    public let trainer: TrainerName
    /// Where.
    public let studio: Place
    /// First instant.
    public let startsAt: Date
    /// First instant afterwards.
    public let endsAt: Date
    /// When it was booked.
    public let bookedAt: Date
    /// Why a soft rule was passed over, where one was.
    public let overrideReason: String?
    /// Why it was cancelled, where somebody said so.
    public let cancelReason: String?
    /// When the client said that they will come.
    public let confirmedAt: Date?
    /// The rules that were waived when the session got its present time.
    public let waivedRules: [Refusal.Rule]
    /// Why the session cannot take place as booked; `nil` for one that can, and for one that is no longer booked.
    public var affected: Obstacle?
    /// The recorded reason of ``affected``, such as that of a closure.
    public var affectedReason: String?

    /// Puts a session together from its stored parts.
    public init(
        id: ID, reference: Reference, status: Status, revision: Int32, client: Client, trainer: TrainerName,
        studio: Place, startsAt: Date, endsAt: Date, bookedAt: Date, overrideReason: String?, cancelReason: String?,
        confirmedAt: Date? = nil, waivedRules: [Refusal.Rule] = []
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
        self.confirmedAt = confirmedAt
        self.waivedRules = waivedRules
    }

    /// Whether the session cannot take place: the trainer is away or has retired, or the studio is closed.
    ///
    /// Messages that say that it takes place are not sent. Hours do not count: staff may agree on a time outside of them.
    public var isImpossible: Bool { affected != nil && affected != .outsideHours }

    /// The start on the studio's wall clock, such as `2026-12-01 09:00 PST`.
    public var localStart: String { studio.clock.text(startsAt) }
}

extension Session.Place {
    /// Names a studio as its sessions do.
    public init(_ studio: Studio) {
        self.init(id: studio.id, handle: studio.handle.text, name: studio.name, clock: studio.clock)
    }
}

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
