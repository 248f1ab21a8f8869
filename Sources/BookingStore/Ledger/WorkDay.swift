public import Booking

/// A trainer's day, as they are told of it.
public struct WorkDay: Sendable {
    /// Whose.
    public let trainer: Session.TrainerName
    /// The home studio, whose clock is the trainer's.
    public let studio: Session.Place
    /// The date on that studio's calendar.
    public let date: LocalDate
    /// What is booked, by start.
    public let sessions: [Session]

    /// Describes a day.
    public init(trainer: Session.TrainerName, studio: Session.Place, date: LocalDate, sessions: [Session]) {
        self.trainer = trainer
        self.studio = studio
        self.date = date
        self.sessions = sessions
    }
}
