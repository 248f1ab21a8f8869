public import Booking

/// Everything of a trainer that can be edited.
public struct TrainerDetails: Sendable {
    /// The name that clients read.
    public var name: String
    /// The studio meant where none is named.
    public var homeStudio: Handle
    /// Where the trainer gets mail.
    public var email: EmailAddress?
    /// The trainer's phone.
    public var phone: PhoneNumber?
    /// Most booked and attended sessions on one local date; `nil` is no limit.
    public var dailyLimit: Int32?

    /// Describes a new trainer.
    public init(name: PersonName, homeStudio: Handle) {
        self.name = name.text
        self.homeStudio = homeStudio
    }

    /// Starts from a trainer as they are.
    public init(of trainer: Trainer) {
        name = trainer.name
        homeStudio = trainer.homeStudio
        email = trainer.email
        phone = trainer.phone
        dailyLimit = trainer.dailyLimit
    }
}
