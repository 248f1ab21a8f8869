import Foundation
import MessagingTesting
import Testing

@testable import Messaging

@Suite("iCalendar output")
struct ICalendarTests {
    private static let instant = Date(timeIntervalSince1970: 1_796_144_400)

    private func event(_ change: (inout CalendarEvent) -> Void = { _ in }) -> CalendarEvent {
        var event = CalendarEvent(
            uid: "K7Q29FXM@intro.test", sequence: 2, starts: Self.instant, ends: Self.instant + 1200,
            stamp: Self.instant - 60,
            summary: "Intro", organizer: desk, attendee: anna
        )
        change(&event)
        return event
    }

    private func render(_ event: CalendarEvent, _ method: ICalendar.Method? = .request) throws -> String {
        guard let method else { return try ICalendar.feed(events: [event], productID: "-//Intro//EN") }
        return try ICalendar.render(events: [event], method: method, productID: "-//Intro//EN")
    }

    @Test("an invitation has every property that RFC 5546 requires")
    func request() throws {
        let lines = try render(event { $0.reminderMinutes = 60 }).components(separatedBy: "\r\n")
        #expect(
            lines == [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Intro//EN", "CALSCALE:GREGORIAN", "METHOD:REQUEST",
                "BEGIN:VEVENT", "UID:K7Q29FXM@intro.test", "DTSTAMP:20261201T165900Z", "SEQUENCE:2",
                "DTSTART:20261201T170000Z", "DTEND:20261201T172000Z", "SUMMARY:Intro", "STATUS:CONFIRMED",
                "TRANSP:OPAQUE", "ORGANIZER;CN=\"Intro\":mailto:desk@intro.test",
                "ATTENDEE;CN=\"Anna\";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mai",
                " lto:anna@example.test",
                "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Intro", "TRIGGER:-PT60M", "END:VALARM", "END:VEVENT",
                "END:VCALENDAR", "",
            ])
    }

    @Test("a cancellation has method, status, organizer and attendee, and no alarm")
    func cancel() throws {
        let calendar = try render(event { $0.reminderMinutes = 60 }, .cancel)
        #expect(calendar.contains("\r\nMETHOD:CANCEL\r\n"))
        #expect(calendar.contains("\r\nSTATUS:CANCELLED\r\n"))
        #expect(calendar.contains("\r\nORGANIZER;"))
        #expect(calendar.contains("\r\nATTENDEE;"))
        #expect(!calendar.contains("VALARM"))
    }

    private static let refusals: [(CompositionError.Rule, ICalendar.Method?, @Sendable (inout CalendarEvent) -> Void)] =
        [
            (.missingOrganizer, .request, { $0.organizer = nil }), (.missingOrganizer, .cancel, { $0.organizer = nil }),
            (.missingAttendee, .request, { $0.attendee = nil }), (.missingAttendee, .cancel, { $0.attendee = nil }),
            (.attendeeInPublication, nil, { _ in }), (.missingUID, .request, { $0.uid = "" }),
            (.endsBeforeStart, .request, { $0.ends = $0.starts }),
            (.endsBeforeStart, nil, { $0.ends = $0.starts - 1 }),
        ]

    @Test("rejects events that RFC 5545 and RFC 5546 forbid", arguments: 0..<8)
    func refusal(index: Int) {
        let (rule, method, change) = Self.refusals[index]
        #expect(throws: CompositionError(part: .calendar, rule: rule)) { try render(event(change), method) }
    }

    @Test("lines have at most 75 octets and do not split characters", arguments: nastyNames)
    func folding(text: TypedText) throws {
        let text = text.text
        let calendar = try render(
            event {
                $0.summary = text
                $0.description = text + "\n" + text
                $0.attendee = mailbox(text, "anna@example.test")
            })
        let folded = Data(calendar.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        #expect(folded.dropLast().allSatisfy { $0.last == UInt8(ascii: "\r") && $0.count <= 76 })
        #expect(folded.allSatisfy { String(data: $0, encoding: .utf8) != nil })
    }

    @Test(
        "text cannot inject lines into a calendar",
        arguments: unsafeNames + ["x\r\nATTENDEE:mailto:e@x.test", "x\nEND:VEVENT"])
    func injection(text: TypedText) throws {
        let text = text.text
        let plain = try render(event { $0.description = "x" })
        let calendar = try render(
            event {
                $0.summary = text
                $0.description = text
                $0.location = "x"
            })
        let names = { (calendar: String) in
            calendar.components(separatedBy: "\r\n").filter { !$0.hasPrefix(" ") }
                .map { String($0.prefix { $0.isLetter || $0 == "-" }) }
        }
        #expect(names(calendar).filter { $0 != "LOCATION" } == names(plain))
        #expect(calendar.unicodeScalars.allSatisfy { $0 == "\r" || $0 == "\n" || $0 == "\t" || !$0.isControl })
    }

    struct Parsed: Decodable {
        struct Event: Decodable {
            let uid: String
            let summary: String
            let description: String?
            let location: String?
            let starts: String
            let attendeeName: String?
        }
        let method: String?
        let errors: [String]
        let events: [Event]
    }

    private static let parser = """
        import icalendar, json, sys
        calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
        def text(value):
            return None if value is None else str(value)
        events = [{
            "uid": str(e["UID"]), "summary": str(e["SUMMARY"]), "description": text(e.get("DESCRIPTION")),
            "location": text(e.get("LOCATION")), "starts": e["DTSTART"].dt.isoformat(),
            "attendeeName": text(e["ATTENDEE"].params.get("CN")) if "ATTENDEE" in e else None,
        } for e in calendar.walk("VEVENT")]
        errors = [str(error) for part in calendar.walk() for error in getattr(part, "errors", [])]
        print(json.dumps({"method": calendar.get("METHOD"), "errors": errors, "events": events}))
        """

    @Test(
        "Python's icalendar parses the output unchanged",
        .enabled(if: InstalledPrograms.pythonHas("icalendar"), "Python's icalendar is missing: pip install icalendar"),
        arguments: nastyNames)
    func readByPython(text: TypedText) throws {
        let text = text.text
        let calendar = try render(
            event {
                $0.summary = text
                $0.description = "1; 2, 3\\n\n\(text)"
                $0.location = text
                $0.attendee = mailbox(text, "anna@example.test")
            })
        let parsed: Parsed = try Python.run(Self.parser, on: calendar.utf8)
        #expect(parsed.errors.isEmpty)
        #expect(parsed.method == "REQUEST")
        let event = try #require(parsed.events.first)
        #expect(event.uid == "K7Q29FXM@intro.test")
        #expect(event.summary == text.safeSingleLine)
        #expect(event.location == text.safeSingleLine)
        #expect(event.description == "1; 2, 3\\n\n\(text)")
        #expect(event.starts == "2026-12-01T17:00:00+00:00")
        #expect(event.attendeeName == text.safeSingleLine)
    }

    @Test(
        "a feed of many events has no method",
        .enabled(if: InstalledPrograms.pythonHas("icalendar"), "Python's icalendar is missing: pip install icalendar"))
    func feed() throws {
        let events = (0..<60).map { number in
            event {
                $0.uid = "\(number)@intro.test"
                $0.attendee = nil
                $0.organizer = nil
                $0.starts += Double(number) * 86_400
                $0.ends += Double(number) * 86_400
            }
        }
        let calendar = try ICalendar.feed(
            events: events, productID: "-//Intro//EN", name: "Maria's sessions, all")
        let parsed: Parsed = try Python.run(Self.parser, on: calendar.utf8)
        #expect(parsed.method == nil)
        #expect(parsed.errors.isEmpty)
        #expect(parsed.events.map(\.uid) == (0..<60).map { "\($0)@intro.test" })
        #expect(calendar.contains("\r\nX-WR-CALNAME:Maria's sessions\\, all\r\n"))
    }

    @Test("a feed without events has one component, as RFC 5545 requires")
    func empty() throws {
        let lines = try ICalendar.feed(events: [], productID: "-//Intro//EN").components(separatedBy: "\r\n")
        #expect(
            lines == [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Intro//EN", "CALSCALE:GREGORIAN", "BEGIN:VTIMEZONE",
                "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0000",
                "END:STANDARD", "END:VTIMEZONE", "END:VCALENDAR", "",
            ])
    }
}
