import Booking
import Foundation
import Testing

/// Tests of the forms that people type; the current time is Tuesday, 2026-11-24, 10:00 in Los Angeles, and the trainers
/// work from 7:00 to 19:00 on working days.
@Suite("Forms of time phrases")
struct TimePhraseFormsTests {
    private var context: TimePhraseContext

    init() throws {
        let now = try #require(RFC3339.parse("2026-11-24T18:00:00Z"))
        context = TimePhraseContext(clock: try StudioClock(timeZone: "America/Los_Angeles"), now: now)
        context.workingHours = [
            try WeeklyHours(parsing: "mon-fri 07:00-12:00"), try WeeklyHours(parsing: "mon-fri 10:00-19:00"),
        ]
    }

    private func local(_ text: String, _ context: TimePhraseContext) throws -> String {
        String(context.clock.text(try TimePhrase.instant(text, in: context)).dropLast(4))
    }

    @Test(
        "reads every form of a day and a time",
        arguments: [
            ("5pm", "2026-11-24 17:00"), ("noon", "2026-11-24 12:00"), ("17:00", "2026-11-24 17:00"),
            ("9am", "2026-11-25 09:00"), ("10:00", "2026-11-25 10:00"), ("tomorrow at 5pm", "2026-11-25 17:00"),
            ("5:30 p.m.", "2026-11-24 17:30"), ("tues 5pm", "2026-11-24 17:00"), ("weds 5pm", "2026-11-25 17:00"),
            ("thurs 5pm", "2026-11-26 17:00"), ("tue 9", "2026-12-01 09:00"), ("wed 5", "2026-11-25 17:00"),
            ("wed 5:30", "2026-11-25 17:30"), ("wed 05:30", "2026-11-25 05:30"), ("wed 9:30", "2026-11-25 09:30"),
            ("wed 12", "2026-11-25 12:00"), ("wed 17", "2026-11-25 17:00"), ("9 tomorrow", "2026-11-25 09:00"),
            ("12/8 9am", "2026-12-08 09:00"), ("12/8/2026 9am", "2026-12-08 09:00"), ("12/8/26 9", "2026-12-08 09:00"),
            ("1/4 9am", "2027-01-04 09:00"), ("dec 8 9am", "2026-12-08 09:00"), ("Dec 8, 9am", "2026-12-08 09:00"),
            ("8 dec 9am", "2026-12-08 09:00"), ("December 8th 9am", "2026-12-08 09:00"),
            ("the 8th of December at 9am", "2026-12-08 09:00"), ("dec. 8 9am", "2026-12-08 09:00"),
            ("tue dec 8 9am", "2026-12-08 09:00"), ("tue 8 dec 9", "2026-12-08 09:00"),
            ("Tuesday, December 8 at 9:00 AM", "2026-12-08 09:00"),
            ("Tue Dec 8, 9:00 AM PST", "2026-12-08 09:00"), ("Tue Dec 8, 9:00\u{202F}AM", "2026-12-08 09:00"),
            ("Tue Dec 8 2026, 9:00 AM PST", "2026-12-08 09:00"),
            ("Friday, January 1, 2027 at 9:00 AM", "2027-01-01 09:00"),
            ("9am tomorrow", "2026-11-25 09:00"), ("9am mon", "2026-11-30 09:00"), ("mon, 9am", "2026-11-30 09:00"),
            ("9am on dec 8", "2026-12-08 09:00"), ("mon 0900", "2026-11-30 09:00"), ("mon 9.30am", "2026-11-30 09:30"),
            ("mon 930am", "2026-11-30 09:30"), ("MON @ 9 A.M.", "2026-11-30 09:00"), ("mon. 9 am", "2026-11-30 09:00"),
            ("in 2 hours", "2026-11-24 12:00"), ("+2h", "2026-11-24 12:00"), ("in 90 minutes", "2026-11-24 11:30"),
            ("in 1h30m", "2026-11-24 11:30"), ("in 3 days 9am", "2026-11-27 09:00"), ("+1d 5", "2026-11-25 17:00"),
            ("in 2 weeks at noon", "2026-12-08 12:00"), ("tomorrow morning at 9", "2026-11-25 09:00"),
            ("sat evening 7:30", "2026-11-28 19:30"), ("tonight at 8", "2026-11-24 20:00"),
            ("12 noon tomorrow", "2026-11-25 12:00"), ("tomorrow 12am", "2026-11-25 00:00"),
            ("dec 31 23:59", "2026-12-31 23:59"), ("jan 1 12am", "2027-01-01 00:00"),
            ("feb 29 9am", "2028-02-29 09:00"),
            ("tue 14:30 PST", "2026-11-24 14:30"), ("dec 8 2045", "2026-12-08 20:45"),
            ("2 hours ago", "2026-11-24 08:00"),
            ("tue nov 3 9am", "2026-11-03 09:00"), ("9 in the morning tomorrow", "2026-11-25 09:00"),
            ("nov 24 9am", "2026-11-24 09:00"),
        ])
    func reads(text: String, local expected: String) throws {
        #expect(try local(text, context) == expected)
        #expect(try local("  " + text.uppercased() + " ", context) == expected)
    }

    @Test(
        "reads every form of a day without a time",
        arguments: [
            ("tues", "2026-11-24"), ("12/8", "2026-12-08"), ("dec 8", "2026-12-08"), ("8 december 2027", "2027-12-08"),
            ("dec 8 2026", "2026-12-08"), ("in 3 days", "2026-11-27"), ("3 days ago", "2026-11-21"),
            ("feb 29", "2028-02-29"), ("last wed", "2026-11-18"), ("last tue", "2026-11-17"),
            ("last mon", "2026-11-23"),
            ("nov 24", "2026-11-24"), ("nov 23", "2027-11-23"), ("Tue, Dec 8", "2026-12-08"),
        ])
    func readsDays(text: String, date: String) throws {
        #expect(try TimePhrase.parse(text, in: context) == .day(LocalDate(date)))
    }

    @Test("reads numbers of a date in the order of the region")
    func readsNumbersInOrder() throws {
        var abroad = context
        abroad.order = .dayFirst
        #expect(try local("12/8 9am", abroad) == "2027-08-12 09:00")
        #expect(try local("8/12/2026 9am", abroad) == "2026-12-08 09:00")
        #expect(throws: TimeProblem.self) { try TimePhrase.parse("8/13", in: abroad) }
        #expect(try local("dec 8 9am", abroad) == "2026-12-08 09:00")
    }

    @Test("asks for the half of the day where working hours do not decide, and the alternatives are accepted")
    func asksForHalf() throws {
        for text in ["sat 9", "fri 8", "fri 3", "dec 5 9"] {
            var undecided = context
            undecided.workingHours = text.hasPrefix("fri") ? [try WeeklyHours(parsing: "daily 00:00-24:00")] : []
            let input = try #require(invalidInput(text, undecided), "\(text)")
            #expect(input.problem.contains("AM or") && input.problem.hasSuffix("PM?"))
            let suggested = input.hint.split(separator: "\"").map(String.init).filter { $0.hasSuffix("m") }
            let times = try suggested.map { try local($0, undecided) }
            #expect(times.count == 2 && times[0] != times[1])
        }
    }

    /// Returns the error of a text that cannot be parsed.
    private func invalidInput(_ text: String, _ context: TimePhraseContext) -> InvalidInput? {
        do throws(TimeProblem) {
            _ = try TimePhrase.parse(text, in: context)
            return nil
        } catch {
            guard case .invalid(let input) = error else { return nil }
            return input
        }
    }

    @Test("reads a weekday or a date without a year as the last one where the past is meant")
    func readsBack() throws {
        var back = context
        back.direction = .back
        #expect(try local("mon 9am", back) == "2026-11-23 09:00")
        #expect(try local("tue 9am", back) == "2026-11-24 09:00")
        #expect(try local("tue 5pm", back) == "2026-11-17 17:00")
        #expect(try local("5pm", back) == "2026-11-23 17:00")
        #expect(try TimePhrase.parse("dec 8", in: back) == .day(LocalDate("2025-12-08")))
        #expect(try TimePhrase.parse("nov 20", in: back) == .day(LocalDate("2026-11-20")))
    }

    @Test("reads a weekday and a time of day as the next ones in a list of past and future days")
    func readsAround() throws {
        for direction in [TimePhraseContext.Direction.around, .near] {
            var list = context
            list.direction = direction
            #expect(try TimePhrase.parse("wed", in: list) == .day(LocalDate("2026-11-25")))
            #expect(try local("mon 9am", list) == "2026-11-30 09:00")
            #expect(try local("5pm", list) == "2026-11-24 17:00")
            let week = try TimePhrase.parse("last week", in: list)
            #expect(try week.start(list.clock) == list.clock.startOfDay(LocalDate("2026-11-16")))
            #expect(try week.end(list.clock) == list.clock.startOfDay(LocalDate("2026-11-23")))
        }
    }

    @Test(
        "reads a date without a year as the past one where it is nearer and within 60 days",
        arguments: [
            ("nov 2", "2026-11-02"), ("sep 25", "2026-09-25"), ("sep 24", "2027-09-24"), ("mar 5", "2027-03-05"),
            ("nov 24", "2026-11-24"), ("nov 25", "2026-11-25"),
        ])
    func readsNear(text: String, date: String) throws {
        var near = context
        near.direction = .near
        #expect(try TimePhrase.parse(text, in: near) == .day(LocalDate(date)))
    }

    @Test(
        "reads only the date where the time does not matter, without a question about the half of the day",
        arguments: [
            ("sat 9", "2026-11-28"), ("wed 9", "2026-11-25"), ("tue 9", "2026-11-24"), ("tue 9am", "2026-12-01"),
            ("tomorrow at 5pm", "2026-11-25"), ("in 3 days 9am", "2026-11-27"), ("9am mon", "2026-11-30"),
            ("12/8 9am", "2026-12-08"), ("fri midnight", "2026-11-27"), ("9", "2026-11-24"),
        ])
    func readsDateOnly(text: String, date: String) throws {
        var dates = context
        (dates.role, dates.workingHours) = (.date, [])
        #expect(try TimePhrase.parse(text, in: dates) == .day(LocalDate(date)))
        guard case .period(let period) = try TimePhrase.parse("sun after 5", in: dates) else {
            Issue.record("no period")
            return
        }
        #expect(try period.first == LocalDate("2026-11-29"))
    }

    @Test("reads the end of a period as the first such time after its beginning")
    func readsEnds() throws {
        var end = context
        end.role = .end
        end.beginning = try TimePhrase.instant("dec 24 9am", in: context)
        #expect(try local("5pm", end) == "2026-12-24 17:00")
        #expect(try TimePhrase.parse("sat", in: end) == .day(LocalDate("2026-12-26")))
        #expect(try TimePhrase.parse("jan 2", in: end) == .day(LocalDate("2027-01-02")))
        #expect(try TimePhrase.parse("tomorrow", in: end) == .day(LocalDate("2026-11-25")))
        #expect(try local("24:00", end) == "2026-12-25 00:00")
        #expect(try local("dec 24 midnight", end) == "2026-12-25 00:00")
    }

    @Test(
        "refuses an end that is a week later only because its time on the day of the beginning has passed",
        arguments: [
            ("fri 1pm", "Fri Nov 27, 1 PM, which is not after the beginning, or Fri Dec 4, 1 PM"),
            ("friday 3pm", "Fri Nov 27, 3 PM, which is not after the beginning, or Fri Dec 4, 3 PM"),
            ("fri morning", "Fri Nov 27, 12 PM, which is not after the beginning, or Fri Dec 4, 12 PM"),
        ])
    func refusesWeekLater(text: String, readings: String) throws {
        var end = context
        end.role = .end
        end.beginning = try TimePhrase.instant("fri 3pm", in: context)
        #expect { try TimePhrase.parse(text, in: end) } throws: { error in
            guard case .invalid(let input) = error as? TimeProblem else { return false }
            return input.problem.contains(readings)
        }
        #expect(try local("fri 4pm", end) == "2026-11-27 16:00")
        #expect(try local("thu 1pm", end) == "2026-12-03 13:00")
        #expect(try local("1pm", end) == "2026-11-28 13:00")
        #expect(try TimePhrase.parse("fri", in: end) == .day(LocalDate("2026-11-27")))
    }

    @Test("reads an end that has passed on the day of a beginning that has passed too")
    func readsPastEnds() throws {
        var end = context
        end.role = .end
        end.beginning = try TimePhrase.instant("2026-11-24 08:00", in: context)
        #expect(try local("tue 9am", end) == "2026-11-24 09:00")
        #expect(try local("tue 11am", end) == "2026-11-24 11:00")
        #expect(throws: TimeProblem.self) { try TimePhrase.parse("tue 7am", in: end) }
        end.now += 3 * 3600
        let date = try LocalDate("2026-11-24")
        guard case .period(let period) = try TimePhrase.parse("tue morning", in: end) else {
            Issue.record("no period")
            return
        }
        #expect(period.first == date && period.last == date)
    }

    @Test(
        "reads Spanish names where the language is Spanish",
        arguments: [
            ("martes 9am", "2026-12-01 09:00"), ("mié 9", "2026-11-25 09:00"),
            ("mañana a las 17:00", "2026-11-25 17:00"),
            ("8 dic 9am", "2026-12-08 09:00"), ("8 de diciembre de 2026 a las 9", "2026-12-08 09:00"),
            ("mañana por la mañana a las 9", "2026-11-25 09:00"), ("sa\u{301}bado 9 de la tarde", "2026-11-28 21:00"),
            ("hoy al mediodía", "2026-11-24 12:00"), ("mar 9am", "2026-12-01 09:00"), ("8 mar 9am", "2027-03-08 09:00"),
            ("en 2 horas", "2026-11-24 12:00"), ("tuesday 9am", "2026-12-01 09:00"), ("mar 8 9am", "2027-03-08 09:00"),
        ])
    func readsSpanish(text: String, expected: String) throws {
        var spanish = context
        spanish.language = .spanish
        #expect(try local(text, spanish) == expected)
        #expect(throws: TimeProblem.self) { try TimePhrase.instant("martes 9am", in: context) }
        #expect(throws: TimeProblem.self) { try TimePhrase.parse("mar 9", in: spanish) }
    }

    @Test("a time with minutes that is within hours in both halves of the day is ambiguous on the 12-hour clock")
    func minutesInBothHalves() throws {
        let hours = [try WeeklyHours(parsing: "daily 6am-9pm")]
        let now = try #require(RFC3339.parse("2026-11-24T17:00:00Z"))
        func text(_ phrase: String, region: String) throws -> String {
            let clock = try StudioClock(
                timeZone: "America/Los_Angeles", hourCycle: region == "US" ? .twelve : .twentyFour)
            var context = TimePhraseContext(clock: clock, now: now)
            context.workingHours = hours
            return String(clock.text(try TimePhrase.instant(phrase, in: context)).dropLast(4))
        }
        #expect { try text("wed 6:30", region: "US") } throws: { "\($0)".contains("Wed Nov 25, 6:30 AM or 6:30 PM") }
        #expect(try text("wed 06:30", region: "US") == "2026-11-25 06:30")
        #expect(try text("wed 6:30pm", region: "US") == "2026-11-25 18:30")
        #expect(try text("wed 6:30", region: "ES") == "2026-11-25 06:30")
        #expect(try text("2026-11-25 6:30", region: "US") == "2026-11-25 06:30")
    }

    @Test(
        "refuses a range of hours, a part of the day that the time is not in, and a date with two readings",
        arguments: [
            "tue 9-11", "dec 8 10-12", "wed 9:30-10:30", "tonight at 12", "tonight 12:30", "tonight at 3",
            "tomorrow afternoon at 11", "at 9 dec 8", "at 5 dec 8",
        ])
    func refuses(text: String) {
        #expect(throws: TimeProblem.self) { try TimePhrase.parse(text, in: context) }
    }

    @Test("reads an end just before the beginning, and a past or near date, as such; days but not hours as dates")
    func nearDates() throws {
        var end = context
        end.beginning = context.clock.startOfDay(try LocalDate("2026-12-11"))
        #expect(try TimePhrase.parse("dec 10", in: end) == .day(LocalDate("2026-12-10")))
        #expect(try TimePhrase.parse("mar 1", in: end) == .day(LocalDate("2027-03-01")))
        var past = context
        past.direction = .around
        #expect(try TimePhrase.parse("dec 4", in: past) == .day(LocalDate("2026-12-04")))
        #expect(try TimePhrase.parse("feb 1", in: past) == .day(LocalDate("2026-02-01")))
        #expect(try local("in 24 hours", context) == "2026-11-25 10:00")
        #expect(try TimePhrase.parse("in 2 days", in: context) == .day(LocalDate("2026-11-26")))
    }

    @Test("reads soonest, and refuses it where an instant is needed")
    func readsSoonest() throws {
        #expect(try TimePhrase.parse("Soonest", in: context) == .soonest)
        #expect(throws: TimeProblem.self) { try TimePhrase.instant("soonest", in: context) }
    }

    @Test("a meaning depends on working hours only where the half of the day is open")
    func dependsOnHours() {
        for text in ["tue 9", "tue 5:30", "thu after 5", "12/8 9", "2026-12-01 9"] {
            #expect(TimePhrase.dependsOnWorkingHours(text, in: context), "\(text)")
        }
        for text in ["tue 9am", "tue 17", "tue 05:30", "noon", "2026-12-01 9:00", "tue", "x", ""] {
            #expect(!TimePhrase.dependsOnWorkingHours(text, in: context), "\(text)")
        }
    }
}
