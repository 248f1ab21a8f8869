/// A calendar in the format that every calendar program reads (RFC 5545), to be mailed (RFC 5546) or saved as a file.
public enum ICalendar {
    /// What a calendar asks the program that reads it to do (RFC 5546 section 1.4).
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// Enter these events, or move them when their sequence is higher.
        case request = "REQUEST"
        /// Take these events out.
        case cancel = "CANCEL"
        /// Show these events; nobody is invited.
        case publish = "PUBLISH"
    }

    /// Renders events as one calendar.
    ///
    /// A cancellation says so on each of its events, whatever status they came with (RFC 5546 section 3.2.5).
    ///
    /// - Parameters:
    ///   - events: The events, in the order to be written.
    ///   - method: What the reader's program is to do with them.
    ///   - productID: The name of the program that made the calendar, such as `-//Intro//EN`.
    ///   - name: The title under which programs list a subscribed calendar.
    /// - Returns: The calendar, with CRLF line ends.
    /// - Throws: `CompositionError` for an event without identifier or duration, for an invitation or a cancellation
    ///   without organizer or attendee, and for a publication with an attendee.
    public static func render(
        events: [CalendarEvent], method: Method, productID: String, name: String? = nil
    ) throws(CompositionError) -> String {
        var lines = [
            ContentLine("BEGIN", "VCALENDAR"),
            ContentLine("VERSION", "2.0"),
            ContentLine("PRODID", text: productID),
            ContentLine("CALSCALE", "GREGORIAN"),
            ContentLine("METHOD", method.rawValue),
        ]
        if let name { lines.append(ContentLine("X-WR-CALNAME", text: name.safeSingleLine)) }
        for event in events {
            try check(event, method: method)
            lines += component(event, method: method)
        }
        lines.append(ContentLine("END", "VCALENDAR"))
        return lines.map(\.rendered).joined()
    }

    private static func check(_ event: CalendarEvent, method: Method) throws(CompositionError) {
        let rule: CompositionError.Rule? =
            if event.uid.isEmpty {
                .missingUID
            } else if event.ends <= event.starts {
                .endsBeforeStart
            } else if method == .publish {
                event.attendee == nil ? nil : .attendeeInPublication
            } else if event.organizer == nil {
                .missingOrganizer
            } else {
                event.attendee == nil ? .missingAttendee : nil
            }
        if let rule { throw CompositionError(part: .calendar, rule: rule) }
    }

    private static func component(_ event: CalendarEvent, method: Method) -> [ContentLine] {
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
        return required + details(of: event) + people(of: event, method: method)
            + (method == .cancel ? [] : alarm(of: event)) + [ContentLine("END", "VEVENT")]
    }

    private static func details(of event: CalendarEvent) -> [ContentLine] {
        [
            event.description.map { ContentLine("DESCRIPTION", text: $0) },
            event.location.map { ContentLine("LOCATION", text: $0.safeSingleLine) },
            event.url.map { ContentLine("URL", $0.safeSingleLine) },
        ].compactMap(\.self)
    }

    /// The client has said yes by booking, so no calendar should ask for an answer that nobody reads.
    private static func people(of event: CalendarEvent, method: Method) -> [ContentLine] {
        let answer = method == .request ? ";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE" : ""
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
