/// A place where introductory sessions are held, and the rules by which it offers them.
public struct Studio: Sendable {
    /// The key in the database; people type ``handle``.
    public typealias ID = Key<Studio, Int32>

    /// The rules by which a studio offers sessions; all lengths in minutes.
    public struct Offer: Sendable, Equatable {
        /// How many sessions fit in at once.
        public var stations: Int16
        /// Length of a session.
        public var sessionMinutes: Int32
        /// Time that trainer and station need after a session.
        public var turnaroundMinutes: Int32
        /// Sessions begin at multiples of this many minutes past local midnight.
        public var slotEveryMinutes: Int32
        /// The shortest time between booking and session.
        public var noticeMinutes: Int32
        /// The longest time between booking and session.
        public var horizonMinutes: Int32

        /// The usual offer, with any part of it changed.
        public init(
            stations: Int16 = 1, sessionMinutes: Int32 = 20, turnaroundMinutes: Int32 = 10,
            slotEveryMinutes: Int32 = 30,
            noticeMinutes: Int32 = 120, horizonMinutes: Int32 = 60 * 24 * 60
        ) {
            self.stations = stations
            self.sessionMinutes = sessionMinutes
            self.turnaroundMinutes = turnaroundMinutes
            self.slotEveryMinutes = slotEveryMinutes
            self.noticeMinutes = noticeMinutes
            self.horizonMinutes = horizonMinutes
        }
    }

    /// The key in the database.
    public let id: ID
    /// The id that people type, such as `downtown`.
    public let handle: Handle
    /// The name on the door.
    public let name: String
    /// The studio's wall clock.
    public let clock: StudioClock
    /// What it offers.
    public let offer: Offer
    /// Where phone numbers without a country code are from.
    public let region: Region
    /// Where to come.
    public let address: String?
    /// The front desk.
    public let phone: PhoneNumber?
    /// Where replies go.
    public let email: EmailAddress?

    /// Puts a studio together from its stored parts.
    public init(
        id: ID, handle: Handle, name: String, clock: StudioClock, offer: Offer, region: Region, address: String?,
        phone: PhoneNumber?, email: EmailAddress?
    ) {
        self.id = id
        self.handle = handle
        self.name = name
        self.clock = clock
        self.offer = offer
        self.region = region
        self.address = address
        self.phone = phone
        self.email = email
    }
}
