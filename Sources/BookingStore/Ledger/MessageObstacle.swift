/// Why no message may say that a session takes place; raw values are the reasons that the ledger stores.
public enum MessageObstacle: String, Sendable, CaseIterable {
    /// The trainer is away at that time.
    case trainerAway = "trainer_away"
    /// The studio is closed at that time.
    case studioClosed = "studio_closed"
    /// The trainer no longer takes sessions.
    case trainerRetired = "trainer_retired"
}
