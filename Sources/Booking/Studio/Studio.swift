public import FoundationEssentials

/// A studio where introductory sessions are held, and its rules for offering them.
public struct Studio: Sendable {
    /// The primary key; people use ``handle``.
    public typealias ID = Key<Studio, Int32>

    /// The rules by which a studio offers sessions; all durations are in minutes.
    public struct Offer: Sendable, Equatable {
        /// The maximum number of simultaneous sessions.
        public var stations: Int16
        /// The duration of a session.
        public var sessionMinutes: Int32
        /// The time after a session in which trainer and station are not available.
        public var turnaroundMinutes: Int32
        /// The slot spacing: sessions begin at multiples of this many minutes after local midnight.
        public var slotEveryMinutes: Int32
        /// The notice: the shortest time between booking and session.
        public var noticeMinutes: Int32
        /// The horizon: the longest time between booking and session.
        public var horizonMinutes: Int32

        /// Creates an offer; every parameter has the usual value as its default.
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

        /// Returns the time in which a session occupies its trainer and station: the session and the turnaround after it.
        public func occupied(from start: Date) -> Range<Date> {
            start..<start + TimeInterval((sessionMinutes + turnaroundMinutes) * 60)
        }

        /// The duration of a session, in seconds.
        public var sessionDuration: TimeInterval { TimeInterval(sessionMinutes * 60) }
    }

    /// The primary key.
    public let id: ID
    /// The handle, which people type, such as `downtown`.
    public let handle: Handle
    /// The studio's name.
    public let name: String
    /// The studio's clock.
    public private(set) var clock: StudioClock
    /// The rules by which the studio offers sessions.
    public let offer: Offer
    /// The region of phone numbers without a country code.
    public let region: Region
    /// The postal address.
    public let address: String?
    /// The phone number of the front desk.
    public let phone: PhoneNumber?
    /// The e-mail address for replies.
    public let email: EmailAddress?

    /// Creates a studio from its stored parts.
    public init(
        id: ID, handle: Handle, name: String, clock: StudioClock, offer: Offer, region: Region, address: String?,
        phone: PhoneNumber?, email: EmailAddress?
    ) {
        self.id = id
        self.handle = handle
        self.name = name
        self.clock = clock
        self.clock.hourCycle = region.hourCycle
        self.offer = offer
        self.region = region
        self.address = address
        self.phone = phone
        self.email = email
    }
}

/// A trainer who holds introductory sessions.
public struct Trainer: Sendable {
    /// The primary key; people use ``handle``.
    public typealias ID = Key<Trainer, Int32>

    /// The primary key.
    public let id: ID
    /// The handle, which people type, such as `maria`.
    public let handle: Handle
    /// The name, which clients read.
    public let name: String
    /// The default studio of commands that name none.
    public let homeStudio: Handle
    /// The trainer's e-mail address.
    public let email: EmailAddress?
    /// The trainer's phone number.
    public let phone: PhoneNumber?
    /// The maximum number of booked and attended sessions on one local date; `nil` means no limit.
    public let dailyLimit: Int32?
    /// The time when the trainer retired; `nil` for an active trainer.
    public let retiredAt: Date?

    /// Creates a trainer from the stored parts.
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

/// The short name of a trainer or a studio, which people type: `maria`, `san-jose-2`.
public struct Handle: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text: 1 to 40 lower-case letters a-z, digits and inner dashes.
    public let text: String

    /// Parses a handle; converts it to lower case.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is empty, has more than 40 characters, a dash at an end, or another
    ///   character.
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

    /// The text of the handle.
    public var description: String { text }

    /// Orders handles by their text.
    public static func < (left: Handle, right: Handle) -> Bool { left.text < right.text }
}

/// A database key of one type of entity.
///
/// The types prevent the use of a trainer's key in place of a client's.
public struct Key<Subject, Value: Hashable & Sendable>: Hashable, Sendable {
    /// The number in the database.
    public let value: Value

    /// Creates a key from a number in the database.
    public init(_ value: Value) {
        self.value = value
    }
}
