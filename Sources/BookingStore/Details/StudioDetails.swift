public import Booking
public import FoundationEssentials

/// Everything of a studio that can be edited.
public struct StudioDetails: Sendable {
    /// The name on the door.
    public var name: String
    /// The studio's wall clock.
    public var clock: StudioClock
    /// What it offers.
    public var offer: Studio.Offer
    /// Where phone numbers without a country code are from.
    public var region: Region
    /// Where to come.
    public var address: String?
    /// The front desk.
    public var phone: PhoneNumber?
    /// Where replies go.
    public var email: EmailAddress?

    /// Describes a new studio.
    public init(name: PersonName, clock: StudioClock, region: Region) {
        self.name = name.text
        self.clock = clock
        self.offer = Studio.Offer()
        self.region = region
    }

    /// Starts from a studio as it is.
    public init(of studio: Studio) {
        name = studio.name
        clock = studio.clock
        offer = studio.offer
        region = studio.region
        address = studio.address
        phone = studio.phone
        email = studio.email
    }
}

/// A time when a studio holds no sessions.
public struct Closure: Sendable {
    /// First closed instant.
    public let from: Date
    /// First open instant afterwards.
    public let until: Date
    /// Why, as the front desk tells it.
    public let reason: String

    /// Closes a studio for a time.
    public init(from: Date, until: Date, reason: String) {
        self.from = from
        self.until = until
        self.reason = reason
    }
}
