/// The messages that a sender takes up at once.
public struct Hand: Sendable {
    /// To be sent.
    public internal(set) var handouts: [Handout] = []
    /// What to write down of those that no message can be made of, because of how their session is stored.
    public internal(set) var unreadable: [DeliveryRecord] = []
    /// How many were no longer true, and are skipped.
    public internal(set) var skipped = 0
    /// How many may not go out at this hour, and wait.
    public internal(set) var postponed = 0
    /// How many wait because their session cannot take place.
    public internal(set) var blocked = 0

    /// How many were taken up.
    public var count: Int { handouts.count + unreadable.count + skipped }

    /// Whether nothing was due.
    public var isEmpty: Bool { count + postponed + blocked == 0 }
}
