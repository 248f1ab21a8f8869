public import FoundationEssentials

/// One entry of a calendar, in instants; the reader's program shows it in the reader's own zone.
public struct CalendarEvent: Hashable, Sendable {
    /// Whether the event takes place (RFC 5545 section 3.8.1.11).
    public enum Status: String, Hashable, Sendable {
        /// It takes place.
        case confirmed = "CONFIRMED"
        /// It was called off.
        case cancelled = "CANCELLED"
        /// It may take place.
        case tentative = "TENTATIVE"
    }

    /// The identifier, the same for the whole life of the event, through every change of its time.
    public var uid: String
    /// The revision: 0 at first, one higher after each change of time and for the cancellation.
    public var sequence: Int
    /// The first instant.
    public var starts: Date
    /// The instant after the last.
    public var ends: Date
    /// The instant at which this revision was made.
    public var stamp: Date
    /// The title.
    public var summary: String
    /// The details, in plain text; line breaks of any kind.
    public var description: String?
    /// The place, on one line.
    public var location: String?
    /// Who invites; needed for invitations and cancellations.
    public var organizer: Mailbox?
    /// Who is invited; needed for invitations and cancellations, refused in a feed.
    public var attendee: Mailbox?
    /// Whether the attendee has said that they will come.
    public var isAccepted = false
    /// Whether the event takes place.
    public var status: Status
    /// A page about the event.
    public var url: String?
    /// Minutes before the start at which the reader's program should remind, when it should.
    public var reminderMinutes: Int?

    /// Makes an entry; `ICalendar.render` checks it.
    public init(
        uid: String,
        sequence: Int = 0,
        starts: Date,
        ends: Date,
        stamp: Date,
        summary: String,
        description: String? = nil,
        location: String? = nil,
        organizer: Mailbox? = nil,
        attendee: Mailbox? = nil,
        status: Status = .confirmed,
        url: String? = nil,
        reminderMinutes: Int? = nil
    ) {
        self.uid = uid
        self.sequence = sequence
        self.starts = starts
        self.ends = ends
        self.stamp = stamp
        self.summary = summary
        self.description = description
        self.location = location
        self.organizer = organizer
        self.attendee = attendee
        self.status = status
        self.url = url
        self.reminderMinutes = reminderMinutes
    }
}
