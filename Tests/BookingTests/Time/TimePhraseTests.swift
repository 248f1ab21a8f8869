import Booking
import Foundation
import Testing

/// Tests of time phrases; the current time is Tuesday, 2026-11-24, 10:00 in Los Angeles.
@Suite("Time phrases")
struct TimePhraseTests {
    let clock: StudioClock
    let now: Date
    let context: TimePhraseContext

    init() throws {
        clock = try StudioClock(timeZone: "America/Los_Angeles")
        now = try #require(RFC3339.parse("2026-11-24T18:00:00Z"))
        context = TimePhraseContext(clock: clock, now: now)
    }

    @Test(
        "reads a day and a time as an instant, in the studio's time zone unless an offset is given",
        arguments: [
            ("2026-12-01 09:00", "2026-12-01T17:00:00Z"), ("2026-12-01T09:00", "2026-12-01T17:00:00Z"),
            (" 2026-12-01  9:00 ", "2026-12-01T17:00:00Z"), ("2026-12-01 9am", "2026-12-01T17:00:00Z"),
            ("2026-12-01 09:00:30", "2026-12-01T17:00:30Z"), ("2026-12-01T09:00:30.75", "2026-12-01T17:00:30Z"),
            ("2026-12-01T17:00:00Z", "2026-12-01T17:00:00Z"), ("2026-12-01t17:00z", "2026-12-01T17:00:00Z"),
            ("2026-12-01 09:00-08:00", "2026-12-01T17:00:00Z"), ("2026-12-01T22:30:00+05:30", "2026-12-01T17:00:00Z"),
            ("2026-12-01 09:00 -0800", "2026-12-01T17:00:00Z"), ("2026-12-01 09:00 -08", "2026-12-01T17:00:00Z"),
            ("2026-12-01 09:00 PST", "2026-12-01T17:00:00Z"), ("2026-12-01 17:00 UTC", "2026-12-01T17:00:00Z"),
            ("2026-12-01 9:30 pm", "2026-12-02T05:30:00Z"), ("2026-12-01 12am", "2026-12-01T08:00:00Z"),
            ("2026-12-01 12pm", "2026-12-01T20:00:00Z"), ("2026-12-01 noon", "2026-12-01T20:00:00Z"),
            ("2027-11-07 01:30 PDT", "2027-11-07T08:30:00Z"), ("2027-11-07 01:30 PST", "2027-11-07T09:30:00Z"),
            ("2027-11-07 01:30-07:00", "2027-11-07T08:30:00Z"), ("2027-03-14 02:30-08:00", "2027-03-14T10:30:00Z"),
            ("today 14:30", "2026-11-24T22:30:00Z"), ("Today 9am", "2026-11-24T17:00:00Z"),
            ("tomorrow 9AM", "2026-11-25T17:00:00Z"),
            ("tomorrow 9:30pm", "2026-11-26T05:30:00Z"), ("yesterday 12:00", "2026-11-23T20:00:00Z"),
            ("wed 14:30", "2026-11-25T22:30:00Z"), ("Monday noon", "2026-11-30T20:00:00Z"),
            ("now", "2026-11-24T18:00:00Z"),
        ])
    func readsInstants(text: String, utc: String) throws {
        #expect(try TimePhrase.parse(text, in: context) == .instant(#require(RFC3339.parse(utc))))
        #expect(try RFC3339.string(TimePhrase.instant(text, in: context)) == utc)
    }

    @Test(
        "reads a weekday as the next such day, which is today only if the time has not passed",
        arguments: [
            ("tue 10:01", "2026-11-24T18:01:00Z"), ("tue 10:00", "2026-12-01T18:00:00Z"),
            ("tuesday 9am", "2026-12-01T17:00:00Z"),
            ("mon 23:59", "2026-12-01T07:59:00Z"),
        ])
    func readsWeekdays(text: String, utc: String) throws {
        #expect(try RFC3339.string(TimePhrase.instant(text, in: context)) == utc)
    }

    @Test("reads a weekday as today between the two occurrences of a repeated hour")
    func weekdayInRepeatedHour() throws {
        let between = try #require(RFC3339.parse("2027-11-07T09:00:00Z"))
        #expect(throws: TimeProblem.self) {
            try TimePhrase.parse("sun 1:30", in: TimePhraseContext(clock: clock, now: between))
        }
        let after = try #require(RFC3339.parse("2027-11-07T10:00:00Z"))
        #expect(
            try RFC3339.string(TimePhrase.instant("sun 1:30", in: TimePhraseContext(clock: clock, now: after)))
                == "2027-11-14T09:30:00Z")
    }

    @Test(
        "reads a day without a time as a whole day, not as an instant",
        arguments: [
            ("2026-12-01", "2026-12-01"), ("today", "2026-11-24"), ("TOMORROW", "2026-11-25"),
            ("yesterday", "2026-11-23"), ("last monday", "2026-11-23"),
            ("tue", "2026-11-24"), ("sunday", "2026-11-29"),
        ])
    func readsDays(text: String, date: String) throws {
        #expect(try TimePhrase.parse(text, in: context) == .day(LocalDate(date)))
        #expect { try TimePhrase.instant(text, in: context) } throws: { error in
            guard case .invalid(let input) = error as? TimeProblem else { return false }
            // The example of a past day is the next day of that name.
            let example = date < "2026-11-24" ? "2026-11-30" : date
            return input.problem == "needs a time of day beside the date" && input.hint.contains(example)
        }
    }

    @Test("reads today as the local date, not the date in UTC")
    func namesDaysLocally() throws {
        let evening = try #require(RFC3339.parse("2026-11-25T05:00:00Z"))
        #expect(
            try TimePhrase.parse("today", in: TimePhraseContext(clock: clock, now: evening))
                == .day(LocalDate("2026-11-24")))
    }

    @Test("rejects a skipped time, with the two nearest alternatives")
    func refusesSkippedTimes() throws {
        let before = try #require(RFC3339.parse("2027-03-14T09:30:00Z"))
        let after = try #require(RFC3339.parse("2027-03-14T10:30:00Z"))
        for text in ["2027-03-14 02:30", "2027-03-14T02:30:00", "2027-03-14 2:30am", "2027-03-14 02:30 PST"] {
            #expect(throws: TimeProblem.missing(local: "2027-03-14 02:30", before: before, after: after)) {
                try TimePhrase.parse(text, in: context)
            }
        }
        let saturday = try #require(RFC3339.parse("2027-03-13T18:00:00Z"))
        #expect(throws: TimeProblem.missing(local: "2027-03-14 02:30", before: before, after: after)) {
            try TimePhrase.parse("tomorrow 2:30am", in: TimePhraseContext(clock: clock, now: saturday))
        }
    }

    @Test("rejects a repeated time, with both instants")
    func refusesRepeatedTimes() throws {
        let first = try #require(RFC3339.parse("2027-11-07T08:30:00Z"))
        let second = try #require(RFC3339.parse("2027-11-07T09:30:00Z"))
        #expect(throws: TimeProblem.ambiguous(local: "2027-11-07 01:30", first: first, second: second)) {
            try TimePhrase.parse("2027-11-07 01:30", in: context)
        }
        for instant in [first, second] {
            #expect(try TimePhrase.instant(clock.textWithOffset(instant), in: context) == instant)
            #expect(try TimePhrase.instant(clock.text(instant), in: context) == instant)
        }
    }

    @Test(
        "rejects text that is not a valid phrase, with the reason",
        arguments: [
            ("", "is not a time"), ("soon", "is not a time"),
            ("next tue 9am", "could be Tue Dec 1, 9 AM or Tue Dec 8, 9 AM"),
            ("next thu", "could be Thu Nov 26 or Thu Dec 3"),
            ("this tue", "could be Tue Nov 24 or Tue Dec 1"), ("next tue", "could be Tue Dec 1 or Tue Dec 8"),
            ("tomorrow 9", "is ambiguous: Wed Nov 25, 9 AM or 9 PM?"),
            ("tue 9", "is ambiguous: Tue Dec 1, 9 AM or Tue Nov 24, 9 PM?"),
            ("9", "is ambiguous: Wed Nov 25, 9 AM or Tue Nov 24, 9 PM?"),
            ("2026-12-01 9", "9 AM or 9 PM?"), ("fri midnight", "beginning or the end of Fri Nov 27"),
            ("mon dec 8", "Tue Dec 8 is not a Monday"), ("tomorrow tue", "Wed Nov 25 is not a Tuesday"),
            ("feb 30", "not a day of the calendar"), ("13/8", "the month is the first number here"),
            ("dec 8 2025", "could end in the year 2025 or the time 20:25"), ("9am 10am", "\"10am\" was not understood"),
            ("tue wed", "\"wed\" was not understood"), ("dec 8 dec 9", "was not understood"),
            ("tomorrow at", "\"at\" was not understood"), (", tue", "is not a time"), ("tue,", "is not a time"),
            ("in", "is not a time"), ("in 2", "is not a time"), ("+2", "is not a time"),
            ("in 2 hours 9am", "is not a time"),
            ("2026-12", "is not a time"), ("2026 dec 8", "\"2026\" was not understood"),
            ("weekdays 9am", "is not a time"), ("9am after 5pm", "is not a time"),
            ("thu after 8pm before 5pm", "has no time in it"), ("12/8/", "is not a time"),
            ("soonest tue", "is not a time"),
            ("tue 9am EST", "in another zone"), ("tomorrow morning 9pm", "two different parts of the day"),
            ("tonight 9am", "two different parts of the day"),
            ("2026-12-01 25:00", "no clock shows"), ("2026-12-01 09:60", "no clock shows"),
            ("2026-12-01 13pm", "no clock shows"),
            ("2026-12-01 0am", "no clock shows"), ("2026-12-01 09:00:60", "no clock shows"),
            ("2026-12-01 24:00", "end of a day"),
            ("today 24:30", "no clock shows"), ("2026-02-30 09:00", "not a day of the calendar"),
            ("2026-02-30", "not a day"),
            ("1969-12-31 09:00", "too far away"), ("2201-01-01", "too far away"), ("12/01/2206 09:00", "too far away"),
            ("2026-12-01 09:00 EST", "in another zone"), ("2026-12-01 09:00 PDT", "in another zone"),
            ("2026-12-01 09:00 -8", "is not a time"), ("2026-12-01 09:00-25:00", "is not a time"),
            ("-1", "is not a time"),
            ("2026-12-01 09:00\n", "is not a time"),
            ("2026-12-01\n09:00", "is not a time"),
            ("2026-12-01 09:00\0", "is not a time"), ("tomorrow\u{1B}9am", "is not a time"),
            ("now now", "is not a time"), ("2026-12-01 09:00.5", "is not a time"),
            ("2026-12-01 09:00 - 10:00", "is not a time"), ("2026-12-01 0x9:00", "\"0x9:00\" was not understood"),
            ("2026-12-01Z", "is not a time"),
            ("mon 9a", "\"9a\" was not understood"), ("last", "is not a time"),
            ("next available", "\"available\" was not understood"),
            ("this tuesday 9am", "could be Tue Nov 24, 9 AM or Tue Dec 1, 9 AM"),
            ("tue 9am sharp", "\"sharp\" was not understood"),
            ("dec", "is not a time"), ("dec soon", "\"dec\" was not understood"),
        ])
    func refuses(typed: EscapedInput, problem: String) {
        let text = typed.text
        #expect { try TimePhrase.parse(text, field: "--at", in: context) } throws: { error in
            guard case .invalid(let input) = error as? TimeProblem else { return false }
            return input.field == "--at" && input.problem.contains(problem)
        }
    }

    @Test("rejects hostile text with an error on one line without invisible characters", arguments: HostileText.all)
    func survivesHostileText(typed: EscapedInput) {
        let text = typed.text
        for phrase in [text, "2026-12-01 \(text)x", "tomorrow \(text)x", "2026-12-01 09:00\(text)x"] {
            #expect { try TimePhrase.parse(phrase, in: context) } throws: { error in
                guard case .invalid(let input) = error as? TimeProblem else { return false }
                return input.description == visible(input.description) && input.description.count < 250
            }
        }
    }

    @Test("a period of days includes its first and its last day completely")
    func spansDays() throws {
        let day = TimePhrase.day(try LocalDate("2027-03-14"))
        #expect(RFC3339.string(day.start(clock)) == "2027-03-14T08:00:00Z")
        #expect(RFC3339.string(day.end(clock)) == "2027-03-15T07:00:00Z")
        #expect(TimePhrase.instant(now).start(clock) == now)
        #expect(TimePhrase.instant(now).end(clock) == now)
    }

    @Test("accepts 24:00 as an end")
    func endsAtMidnight() throws {
        var end = context
        end.role = .end
        let instant = try TimePhrase.parse("2026-12-01 24:00", in: end)
        #expect(try instant == .instant(#require(RFC3339.parse("2026-12-02T08:00:00Z"))))
    }
}
