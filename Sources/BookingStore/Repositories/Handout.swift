public import Booking

/// A message in a sender's hand: marked as attempted, and true at this moment.
public struct Handout: Sendable {
    /// The ledger row.
    public let message: Int64
    /// Why it exists.
    public let rule: String
    /// Where it goes.
    public let recipient: EmailAddress
    /// The session, as it is now.
    public let session: Session
    /// Where to come.
    public let address: String?
    /// The front desk's phone.
    public let phone: PhoneNumber?
    /// Where replies go.
    public let email: EmailAddress?

    /// Puts a handout together from its stored parts.
    public init(
        message: Int64, rule: String, recipient: EmailAddress, session: Session, address: String?,
        phone: PhoneNumber?, email: EmailAddress?
    ) {
        self.message = message
        self.rule = rule
        self.recipient = recipient
        self.session = session
        self.address = address
        self.phone = phone
        self.email = email
    }
}

/// The messages that a sender takes up at once.
public struct Hand: Sendable {
    /// To be sent.
    public internal(set) var handouts: [Handout] = []
    /// What to write down of those that no mail can be made of, because of how their session is stored.
    public internal(set) var unreadable: [DeliveryRecord] = []
    /// How many were no longer true, and are skipped.
    public internal(set) var skipped = 0

    /// How many were taken up.
    public var count: Int { handouts.count + unreadable.count + skipped }
}
