public import FoundationEssentials

/// Someone who gives introductory sessions.
public struct Trainer: Sendable {
    /// The key in the database; people type ``handle``.
    public typealias ID = Key<Trainer, Int32>

    /// The key in the database.
    public let id: ID
    /// The short name that people type, such as `maria`.
    public let handle: Handle
    /// The name that clients read.
    public let name: String
    /// The studio meant where none is named.
    public let homeStudio: Handle
    /// Where the trainer gets mail.
    public let email: EmailAddress?
    /// The trainer's phone.
    public let phone: PhoneNumber?
    /// Most booked and attended sessions on one local date; `nil` is no limit.
    public let dailyLimit: Int32?
    /// When the trainer stopped giving sessions; `nil` while active.
    public let retiredAt: Date?

    /// Puts a trainer together from the stored parts.
    public init(
        id: ID, handle: Handle, name: String, homeStudio: Handle, email: EmailAddress?, phone: PhoneNumber?,
        dailyLimit: Int32?, retiredAt: Date?
    ) {
        self.id = id
        self.handle = handle
        self.name = name
        self.homeStudio = homeStudio
        self.email = email
        self.phone = phone
        self.dailyLimit = dailyLimit
        self.retiredAt = retiredAt
    }
}
