public import FoundationEssentials

/// A start that is on offer with one trainer.
public struct Slot: Sendable {
    /// First instant.
    public let startsAt: Date
    /// With whom.
    public let trainer: Session.TrainerName
    /// Where.
    public let studio: Session.Place

    /// Offers a start.
    public init(startsAt: Date, trainer: Session.TrainerName, studio: Session.Place) {
        self.startsAt = startsAt
        self.trainer = trainer
        self.studio = studio
    }

    /// The start on the studio's wall clock.
    public var localStart: String { studio.clock.text(startsAt) }
}
