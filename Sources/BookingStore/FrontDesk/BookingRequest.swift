public import Booking
public import FoundationEssentials

/// What somebody asks for on the phone.
public struct BookingRequest: Sendable {
    /// Where.
    public let studio: Studio
    /// With whom; `nil` lets the desk choose.
    public var trainer: Trainer?
    /// For whom.
    public let who: ClientIdentifier
    /// What to write down of a person nobody knows yet; `nil` refuses unknown people.
    public var newcomer: ClientDetails?
    /// The name that was given; a known person with another name is refused.
    public var name: PersonName?
    /// Whether the known person is meant although the name differs.
    public var acceptsOtherName = false
    /// An e-mail that was given beside WHO; it uses the free session up, whether it is stored or not.
    public var email: EmailAddress?
    /// A phone that was given beside WHO; likewise.
    public var phone: PhoneNumber?
    /// First instant.
    public let start: Date
    /// How this booking came about.
    public var source: String?
    /// A repetition under the same key returns the first result.
    public var requestID: String?
    /// Why soft rules are to be passed over; `nil` keeps every rule.
    public var overrideReason: String?
    /// Whether to judge only, and write nothing.
    public var rehearsal = false

    /// Asks for a session.
    public init(studio: Studio, who: ClientIdentifier, start: Date) {
        self.studio = studio
        self.who = who
        self.start = start
    }

    /// Every contact that the request itself names.
    var contacts: Contacts {
        var contacts = Contacts()
        contacts.add(email)
        contacts.add(phone)
        switch who {
        case .email(let email): contacts.add(email)
        case .phone(let phone): contacts.add(phone)
        case .id: break
        }
        contacts.add(newcomer?.email)
        contacts.add(newcomer?.phone)
        return contacts
    }
}

/// What a request came to.
public struct BookingResult: Sendable {
    /// The session.
    public let session: Session
    /// `false` where an earlier request of the same key made it, or nothing was to be written.
    public let created: Bool
    /// What became of the contacts that were given.
    public let contacts: ContactReport
}
