public import FoundationEssentials

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

/// The short name by which a trainer or a studio is typed: `maria`, `san-jose-2`.
public struct Handle: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Lower-case letters a-z, digits, and dashes inside; 1 to 40 of them.
    public let text: String

    /// Accepts a handle; capital letters are made small.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where another character, a dash at an end, or more than 40 characters were typed.
    public init(_ text: String, field: String = "handle") throws(InvalidInput) {
        let hint = "write 1 to 40 of a-z, 0-9 and inner dashes, like maria or san-jose-2"
        let typed = text.utf8.trimmingSpaces
        guard !typed.isEmpty else { throw InvalidInput(field: field, problem: "is empty", hint: hint) }
        guard typed.count <= 40 else { throw InvalidInput(field: field, problem: "is too long", hint: hint) }
        guard typed.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) has a character that cannot be in it", hint: hint)
        }
        guard typed.first != UInt8(ascii: "-"), typed.last != UInt8(ascii: "-") else {
            throw InvalidInput(field: field, problem: "\(quoted(text)) begins or ends with a dash", hint: hint)
        }
        self.text = String(Substring(typed)).lowercased()
    }

    /// The handle itself.
    public var description: String { text }

    /// Orders handles by their text.
    public static func < (left: Handle, right: Handle) -> Bool { left.text < right.text }
}

/// A database key that belongs to one kind of thing: a trainer's key cannot stand where a client's is meant.
public struct Key<Subject, Value: Hashable & Sendable>: Hashable, Sendable {
    /// The bare number.
    public let value: Value

    /// Makes a key of a bare number, as it comes from the database.
    public init(_ value: Value) {
        self.value = value
    }
}
