public import FoundationEssentials

/// A slot that is held for a caller until it is booked, released or expired.
public struct Hold: Sendable {
    /// The primary key; people use ``key``.
    public typealias ID = Key<Hold, Int64>

    /// The status of a hold; the expiry ends a hold whether or not it is recorded.
    public enum Status: String, Sendable, CaseIterable {
        /// The slot is held until the expiry.
        case held
        /// The slot was booked with the key.
        case used
        /// Staff released the slot, or another slot with the same key was used.
        case released
        /// The expiry was recorded.
        case expired
    }

    /// The primary key.
    public let id: ID
    /// The key with which the slot is booked; alternatives for one caller have the same key.
    public let key: Reference
    /// The slot.
    public let slot: Slot
    /// The end of the slot, exclusive.
    public let endsAt: Date
    /// The recorded status.
    public let status: Status
    /// A note of the staff.
    public let note: String?
    /// The time at which the slot was held.
    public let heldAt: Date
    /// The actor who held it.
    public let heldBy: String
    /// The time at which the hold expires.
    public let expiresAt: Date

    /// Creates a hold from its stored parts.
    public init(
        id: ID, key: Reference, slot: Slot, endsAt: Date, status: Status, note: String?, heldAt: Date, heldBy: String,
        expiresAt: Date
    ) {
        self.id = id
        self.key = key
        self.slot = slot
        self.endsAt = endsAt
        self.status = status
        self.note = note
        self.heldAt = heldAt
        self.heldBy = heldBy
        self.expiresAt = expiresAt
    }

    /// Returns the status at an instant: a hold is expired from ``expiresAt`` on, also if that is not recorded.
    public func status(at now: Date) -> Status {
        status == .held && expiresAt <= now ? .expired : status
    }

    /// Throws unless the slot is held at an instant.
    ///
    /// - Parameter now: The current time.
    /// - Throws: ``Refusal`` of the rule `hold_expired`.
    public func assertHeld(at now: Date) throws(Refusal) {
        let ending: TimedText? =
            switch status(at: now) {
            case .held: nil
            case .expired: "expired at \(expiresAt, on: slot.studio.clock)"
            case .used: "was used for a booking"
            case .released: "was released"
            }
        if let ending { throw Refusal(.holdExpired, "the hold \(key) \(ending)", hint: "hold or book the slot again") }
    }
}

/// The hold that occupies a trainer's time or a station, in the reason of a refusal.
public struct HeldUntil: Sendable, Hashable {
    /// The time at which the hold expires.
    public let expiresAt: Date
    /// The actor who held the slot.
    public let heldBy: String

    /// Creates the facts of a hold.
    public init(expiresAt: Date, heldBy: String) {
        self.expiresAt = expiresAt
        self.heldBy = heldBy
    }

    /// The expiry and the actor: `held until 09:10 by desk-2`.
    func text(_ clock: StudioClock) -> TimedText {
        "held until \(clock.time(of: expiresAt), on: clock) by \(visible(heldBy))"
    }
}
