import Booking
import Foundation
import SeededRandom
import Testing

@Suite("Local dates")
struct LocalDateTests {
    @Test("dates and weekdays agree with Foundation's calendar from 1970 to 2200")
    func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            let days = Int.random(in: 0...84_370, using: &generator)
            let date = LocalDate(daysSince1970: days)
            let instant = Date(timeIntervalSince1970: Double(days) * 86_400)
            let expected = calendar.dateComponents([.year, .month, .day, .weekday], from: instant)
            #expect([date.year, date.month, date.day] == [expected.year, expected.month, expected.day])
            #expect(date.weekday.rawValue % 7 + 1 == expected.weekday)
            #expect(LocalDate(year: date.year, month: date.month, day: date.day) == date)
            #expect(try LocalDate(date.description) == date)
        }
    }

    @Test("every day of 400 years follows the previous one")
    func countsEveryDay() throws {
        var date = try #require(LocalDate(year: 1899, month: 12, day: 31))
        for _ in 0..<146_097 {
            let next = date.adding(days: 1)
            let isNextDay = next.day == date.day + 1 && next.month == date.month
            guard isNextDay || next.day == 1, LocalDate(year: next.year, month: next.month, day: next.day) == next,
                LocalDate(year: date.year, month: date.month, day: date.day + 1) == (isNextDay ? next : nil)
            else {
                Issue.record("\(next) after \(date)")
                return
            }
            date = next
        }
        #expect(date.description == "2299-12-31")
    }

    @Test("adds and counts days in both directions")
    func addsDays() throws {
        let date = try LocalDate("2028-02-28")
        #expect(date.adding(days: 2).description == "2028-03-01")
        #expect(date.adding(days: -59).description == "2027-12-31")
        #expect(try date.days(to: LocalDate("2028-03-01")) == 2)
        #expect(try LocalDate("2028-03-01").days(to: date) == -2)
        #expect(date < date.adding(days: 1))
    }

    @Test("clamps a sum to the years 1 to 9999", arguments: [Int.max, .min, 10_000_000, -10_000_000])
    func saturates(days: Int) throws {
        let end = try LocalDate("2026-12-01").adding(days: days)
        #expect(end.description == (days < 0 ? "0001-01-01" : "9999-12-31"))
        #expect(LocalDate(daysSince1970: days) == end)
    }

    @Test(
        "rejects days that are not in the calendar",
        arguments: ["2026-02-30", "2027-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00"])
    func refusesImpossibleDays(text: String) {
        #expect { try LocalDate(text) } throws: {
            ($0 as? InvalidInput)?.problem == "\(text) is not a day of the calendar"
        }
    }

    @Test("the hint has the number of days of the month")
    func hintsAtLength() {
        #expect { try LocalDate("2028-02-30") } throws: { ($0 as? InvalidInput)?.hint == "2028-02 has 29 days" }
    }

    @Test(
        "rejects years outside 1970 to 2200",
        arguments: ["1969-12-31", "2201-01-01", "9999-12-31", "0000-01-01"])
    func refusesFarYears(text: String) {
        #expect { try LocalDate(text) } throws: { ($0 as? InvalidInput)?.problem == "\(text) is too far away" }
    }

    @Test(
        "rejects other formats",
        arguments: [
            "2026-12-1", "26-12-01", "12/01/2026", "2026-12-01x", "20261201", "-2026-12-01", "2026-12-01\n",
            "２０２６-12-01",
        ])
    func refusesOtherForms(typed: EscapedInput) {
        let text = typed.text
        #expect(throws: InvalidInput.self) { try LocalDate(text) }
    }

    @Test("rejects hostile text as a date and as a time", arguments: HostileText.all)
    func refusesHostileText(typed: EscapedInput) {
        let text = typed.text
        #expect(throws: InvalidInput.self) { try LocalDate(text) }
        #expect(throws: InvalidInput.self) { try LocalTime(text) }
    }

    @Test("reads short and full weekday names in any case")
    func namesWeekdays() {
        #expect(
            ["mon", "TUE", "Wednesday", "thu", "FRIDAY", "sat", "sun"].compactMap(Weekday.init(name:))
                == Weekday.allCases)
        #expect(["tues", "weds", "thurs"].compactMap(Weekday.init(name:)) == [.tuesday, .wednesday, .thursday])
        #expect(Weekday(name: "tuesdays") == nil)
        #expect(Weekday(name: "") == nil)
        #expect(Weekday.sunday.next == .monday)
    }
}

@Suite("Local times")
struct LocalTimeTests {
    @Test(
        "reads times of the 24-hour and the 12-hour clock",
        arguments: [
            ("09:00", 540), ("9:00", 540), ("00:00", 0), ("23:59", 1439), ("24:00", 1440), ("9am", 540),
            ("9:30 p.m.", 1290), ("12am", 0), ("noon", 720), ("0900", 540), ("09:00:00", 540),
        ])
    func reads(text: String, minutes: Int) throws {
        let time = try LocalTime(text)
        #expect(time.minutes == minutes)
        #expect(try LocalTime(time.description) == time)
    }

    @Test(
        "rejects text that is not a time of day",
        arguments: ["25:00", "24:01", "09:60", "9", "9:0", "-1:00", "09:00:30", "13pm", "009:00", "midnight"])
    func refuses(text: String) {
        #expect(throws: InvalidInput.self) { try LocalTime(text) }
    }

    @Test("accepts 0 to 1440 minutes after midnight")
    func bounds() {
        #expect(LocalTime(minutes: 0) == .midnight)
        #expect(LocalTime(minutes: 1440) == .endOfDay)
        #expect(LocalTime(minutes: 1441) == nil)
        #expect(LocalTime(minutes: -1) == nil)
    }
}
