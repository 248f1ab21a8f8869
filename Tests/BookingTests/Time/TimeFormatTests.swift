import Booking
import Foundation
import Testing

@Suite("times in texts")
struct TimeFormatTests {
    /// 2026-11-30 17:00 UTC, a Monday morning in Los Angeles.
    private let now = Date(timeIntervalSince1970: 1_796_058_000)

    private func clock(_ zone: String, _ hourCycle: HourCycle) throws -> StudioClock {
        try StudioClock(timeZone: zone, hourCycle: hourCycle)
    }

    private func instant(_ text: String) throws -> Date { try #require(RFC3339.parse(text)) }

    @Test(
        "shows weekday, date, time and zone, and the year if it is not the current one",
        arguments: [
            ("America/Los_Angeles", HourCycle.twelve, "2026-12-01T17:00:00Z", "Tue Dec 1, 9:00 AM PST"),
            ("America/Los_Angeles", .twelve, "2026-12-01T20:00:59Z", "Tue Dec 1, 12:00 PM PST"),
            ("America/Los_Angeles", .twelve, "2026-12-01T08:05:00Z", "Tue Dec 1, 12:05 AM PST"),
            ("America/Los_Angeles", .twelve, "2027-07-01T16:30:00Z", "Thu Jul 1, 2027, 9:30 AM PDT"),
            ("America/Los_Angeles", .twelve, "2027-01-01T07:59:00Z", "Thu Dec 31, 11:59 PM PST"),
            ("Europe/Berlin", .twentyFour, "2026-12-01T08:00:00Z", "Tue Dec 1, 09:00 CET"),
            ("Europe/Berlin", .twentyFour, "2025-12-31T23:00:00Z", "Thu Jan 1, 00:00 CET"),
            ("Europe/Berlin", .twentyFour, "2025-12-31T22:59:00Z", "Wed Dec 31, 2025, 23:59 CET"),
        ])
    func people(zone: String, hourCycle: HourCycle, at: String, expected: String) throws {
        let clock = try clock(zone, hourCycle)
        #expect(try TimeFormat.people(now: now, hourCycle: nil).text(instant(at), on: clock) == expected)
    }

    @Test("a chosen clock replaces that of the studio")
    func chosen() throws {
        let (noon, here) = (try instant("2026-12-01T20:00:00Z"), try clock("America/Los_Angeles", .twelve))
        #expect(TimeFormat.people(now: now, hourCycle: .twentyFour).text(noon, on: here) == "Tue Dec 1, 12:00 PST")
        let there = try clock("Europe/Berlin", .twentyFour)
        #expect(TimeFormat.people(now: now, hourCycle: .twelve).text(noon, on: there) == "Tue Dec 1, 9:00 PM CET")
    }

    @Test("both instants of a repeated hour differ by their zone")
    func repeatedHour() throws {
        let clock = try clock("America/Los_Angeles", .twelve)
        let texts = try ["2026-11-01T08:30:00Z", "2026-11-01T09:30:00Z"].map {
            try TimeFormat.people(now: now, hourCycle: nil).text(instant($0), on: clock)
        }
        #expect(texts == ["Sun Nov 1, 1:30 AM PDT", "Sun Nov 1, 1:30 AM PST"])
    }

    @Test(
        "periods of a day name the half of the day once if both ends are in it",
        arguments: [
            ("09:00", "11:30", "9:00-11:30 AM", "09:00-11:30"), ("09:00", "12:00", "9:00 AM-12:00 PM", "09:00-12:00"),
            ("13:00", "19:00", "1:00-7:00 PM", "13:00-19:00"), ("12:00", "12:20", "12:00-12:20 PM", "12:00-12:20"),
            ("00:00", "00:30", "12:00-12:30 AM", "00:00-00:30"), ("22:00", "24:00", "10:00 PM-12:00 AM", "22:00-24:00"),
            ("00:00", "24:00", "12:00 AM-12:00 AM", "00:00-24:00"),
        ])
    func periods(from: String, until: String, twelve: String, twentyFour: String) throws {
        let hours = try LocalTime(from)...LocalTime(until)
        let clock = try clock("America/Los_Angeles", .twelve)
        #expect(TimeFormat.people(now: now, hourCycle: nil).text(hours, on: clock) == twelve)
        #expect(TimeFormat.people(now: now, hourCycle: .twentyFour).text(hours, on: clock) == twentyFour)
        #expect(TimeFormat.iso.text(hours, on: clock) == twentyFour)
    }

    @Test("a text keeps its times as values")
    func timedText() throws {
        let clock = try clock("America/Los_Angeles", .twelve)
        let start = try instant("2026-12-01T17:00:00Z")
        let hours = try [LocalTime("07:00")...LocalTime("12:00"), LocalTime("13:00")...LocalTime("19:00")]
        let head: TimedText = "Ana at \(start, on: clock)"
        let text: TimedText =
            "\(head) (works \(hours, on: clock) on \(clock.date(of: start), on: clock))" + "; \(2) free"
        #expect(
            text.text(in: .iso)
                == "Ana at 2026-12-01 09:00 PST (works 07:00-12:00, 13:00-19:00 on 2026-12-01); 2 free")
        #expect(
            text.text(in: .people(now: now, hourCycle: nil))
                == "Ana at Tue Dec 1, 9:00 AM PST (works 7:00 AM-12:00 PM, 1:00-7:00 PM on Tue Dec 1); 2 free")
    }

    @Test("people in the United States read the 12-hour clock, others the 24-hour clock")
    func regions() throws {
        let regions = try ["US", "DE", "GB", "CA", "JP"].map { try Region($0) }
        #expect(regions.map(\.hourCycle) == [.twelve, .twentyFour, .twentyFour, .twentyFour, .twentyFour])
    }
}
