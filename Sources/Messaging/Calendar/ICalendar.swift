public import FoundationEssentials

/// A writer of iCalendar data (RFC 5545), to be mailed (RFC 5546) or saved as a file.
public enum ICalendar {
    /// The action that a calendar requests from the receiving program (RFC 5546 section 1.4).
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// Add these events, or update them when their sequence is higher.
        case request = "REQUEST"
        /// Remove these events.
        case cancel = "CANCEL"
    }

    /// Renders events as one calendar.
    ///
    /// A cancellation sets the status of each event to cancelled, whatever it was before (RFC 5546 section 3.2.5).
    ///
    /// - Parameters:
    ///   - events: The events, in the order of the output.
    ///   - method: The action that the receiving program is to take.
    ///   - productID: The name of the program that created the calendar, such as `-//Intro//EN`.
    ///   - name: The title that programs show for a subscribed calendar.
    /// - Returns: The calendar, with CRLF line ends.
    /// - Throws: `CompositionError` for an event without identifier or duration, or without organizer or attendee.
    public static func render(
        events: [CalendarEvent], method: Method, productID: String, name: String? = nil
    ) throws(CompositionError) -> String {
        var components: [ContentLine] = []
        for event in events {
            try check(event, method: method)
            components += component(event, method: method)
        }
        return calendar(components, method: method, productID: productID, name: name)
    }

    /// Renders events as a calendar to subscribe to or import, without invitations.
    ///
    /// It has no METHOD, which would make it a scheduling message (RFC 5546 section 1.4) and require an organizer. A
    /// calendar needs at least one component (RFC 5545 section 3.6): without events it contains the definition of UTC.
    ///
    /// - Parameters:
    ///   - events: The events, in the order of the output.
    ///   - productID: The name of the program that created the calendar, such as `-//Intro//EN`.
    ///   - name: The title that programs show for a subscribed calendar.
    /// - Returns: The calendar, with CRLF line ends.
    /// - Throws: `CompositionError` for an event without identifier or duration, or with an attendee.
    public static func feed(
        events: [CalendarEvent], productID: String, name: String? = nil
    ) throws(CompositionError) -> String {
        var components: [ContentLine] = []
        for event in events {
            try check(event, method: nil)
            components += component(event, method: nil)
        }
        return calendar(components.isEmpty ? utc : components, method: nil, productID: productID, name: name)
    }

    private static func calendar(
        _ components: [ContentLine], method: Method?, productID: String, name: String?
    ) -> String {
        var lines = [
            ContentLine("BEGIN", "VCALENDAR"),
            ContentLine("VERSION", "2.0"),
            ContentLine("PRODID", text: productID),
            ContentLine("CALSCALE", "GREGORIAN"),
        ]
        if let method { lines.append(ContentLine("METHOD", method.rawValue)) }
        if let name { lines.append(ContentLine("X-WR-CALNAME", text: name.safeSingleLine)) }
        return (lines + components + [ContentLine("END", "VCALENDAR")]).map(\.rendered).joined()
    }

    private static let utc = [
        ContentLine("BEGIN", "VTIMEZONE"),
        ContentLine("TZID", "Etc/UTC"),
        ContentLine("BEGIN", "STANDARD"),
        ContentLine("DTSTART", "19700101T000000"),
        ContentLine("TZOFFSETFROM", "+0000"),
        ContentLine("TZOFFSETTO", "+0000"),
        ContentLine("END", "STANDARD"),
        ContentLine("END", "VTIMEZONE"),
    ]

    private static func check(_ event: CalendarEvent, method: Method?) throws(CompositionError) {
        let rule: CompositionError.Rule? =
            if event.uid.isEmpty {
                .missingUID
            } else if event.ends <= event.starts {
                .endsBeforeStart
            } else if method == nil {
                event.attendee == nil ? nil : .attendeeInPublication
            } else if event.organizer == nil {
                .missingOrganizer
            } else {
                event.attendee == nil ? .missingAttendee : nil
            }
        if let rule { throw CompositionError(part: .calendar, rule: rule) }
    }

    private static func component(_ event: CalendarEvent, method: Method?) -> [ContentLine] {
        let status = method == .cancel ? .cancelled : event.status
        let required = [
            ContentLine("BEGIN", "VEVENT"),
            ContentLine("UID", text: event.uid.safeSingleLine),
            ContentLine("DTSTAMP", event.stamp.calendarDate),
            ContentLine("SEQUENCE", String(event.sequence)),
            ContentLine("DTSTART", event.starts.calendarDate),
            ContentLine("DTEND", event.ends.calendarDate),
            ContentLine("SUMMARY", text: event.summary.safeSingleLine),
            ContentLine("STATUS", status.rawValue),
            ContentLine("TRANSP", status == .cancelled ? "TRANSPARENT" : "OPAQUE"),
        ]
        return required + details(of: event) + participants(of: event, method: method)
            + (method == .cancel ? [] : alarm(of: event)) + [ContentLine("END", "VEVENT")]
    }

    private static func details(of event: CalendarEvent) -> [ContentLine] {
        [
            event.description.map { ContentLine("DESCRIPTION", text: $0) },
            event.location.map { ContentLine("LOCATION", text: $0.safeSingleLine) },
            event.url.map { ContentLine("URL", $0.safeSingleLine) },
        ].compactMap(\.self)
    }

    /// Returns the organizer and attendee lines; RSVP stays true after a reply, because a client may change it.
    private static func participants(of event: CalendarEvent, method: Method?) -> [ContentLine] {
        let status = event.isAccepted ? "ACCEPTED" : "NEEDS-ACTION"
        let answer = method == .request ? ";ROLE=REQ-PARTICIPANT;PARTSTAT=\(status);RSVP=TRUE" : ""
        return [
            event.organizer.map { ContentLine("ORGANIZER", mailbox: $0) },
            event.attendee.map { ContentLine("ATTENDEE", mailbox: $0, parameters: answer) },
        ].compactMap(\.self)
    }

    private static func alarm(of event: CalendarEvent) -> [ContentLine] {
        guard let minutes = event.reminderMinutes, minutes >= 0 else { return [] }
        return [
            ContentLine("BEGIN", "VALARM"),
            ContentLine("ACTION", "DISPLAY"),
            ContentLine("DESCRIPTION", text: event.summary.safeSingleLine),
            ContentLine("TRIGGER", "-PT\(minutes)M"),
            ContentLine("END", "VALARM"),
        ]
    }
}

/// An event of a calendar; its instants are shown in the reader's own time zone.
public struct CalendarEvent: Hashable, Sendable {
    /// Whether the event takes place (RFC 5545 section 3.8.1.11).
    public enum Status: String, Hashable, Sendable {
        /// It takes place.
        case confirmed = "CONFIRMED"
        /// It was cancelled.
        case cancelled = "CANCELLED"
        /// It may take place.
        case tentative = "TENTATIVE"
    }

    /// The identifier, which stays the same when the event is rescheduled.
    public var uid: String
    /// The revision: 0 at first, incremented by each change of time and by the cancellation.
    public var sequence: Int
    /// The start.
    public var starts: Date
    /// The end, exclusive.
    public var ends: Date
    /// The instant at which this revision was created.
    public var stamp: Date
    /// The title.
    public var summary: String
    /// The details in plain text, with any kind of line break.
    public var description: String?
    /// The place, on one line.
    public var location: String?
    /// The organizer; required for invitations and cancellations.
    public var organizer: Mailbox?
    /// The attendee; required for invitations and cancellations, refused in a feed.
    public var attendee: Mailbox?
    /// Whether the attendee has accepted.
    public var isAccepted = false
    /// Whether the event takes place.
    public var status: Status
    /// A page about the event.
    public var url: String?
    /// The reminder's lead time in minutes, if any.
    public var reminderMinutes: Int?

    /// Creates an event; `ICalendar.render` validates it.
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
