import Booking
import Foundation
import Messaging
import Testing

@testable import Reminders

@Suite("Wording of dates and times")
struct WordingTests {
    private func date(_ text: String) throws -> LocalDate { try LocalDate(text) }

    @Test(
        "formats a date",
        arguments: [
            ("2026-12-01", "Tuesday, December 1", "martes 1 de diciembre"),
            ("2026-09-30", "Wednesday, September 30", "miércoles 30 de septiembre"),
            ("2027-01-02", "Saturday, January 2", "sábado 2 de enero"),
            ("2028-02-29", "Tuesday, February 29", "martes 29 de febrero"),
            ("2026-03-15", "Sunday, March 15", "domingo 15 de marzo"),
            ("2026-05-11", "Monday, May 11", "lunes 11 de mayo"),
            ("2026-08-20", "Thursday, August 20", "jueves 20 de agosto"),
            ("2026-11-27", "Friday, November 27", "viernes 27 de noviembre"),
        ])
    func day(text: String, english: String, spanish: String) throws {
        #expect(Language.english.wording.day(try date(text)) == english)
        #expect(Language.spanish.wording.day(try date(text)) == spanish)
        #expect(Language.english.wording.onDay(try date(text)) == "on \(english)")
        #expect(Language.spanish.wording.onDay(try date(text)) == "el \(spanish)")
    }

    @Test("each language has distinct names for twelve months and seven weekdays", arguments: Language.allCases)
    func names(language: Language) throws {
        let days = try (1...12).map { month in
            language.wording.day(try date("2026-\(month < 10 ? "0" : "")\(month)-01"))
        }
        #expect(Set(days.map { $0.split(separator: " ").filter { $0.first != "1" } }).count == 12)
        let week = try (1...7).map { language.wording.day(try date("2026-03-0\($0)")).prefix { $0.isLetter } }
        #expect(Set(week).count == 7)
    }

    @Test(
        "formats a date relative to another date",
        arguments: [
            (-2, "on Tuesday, December 1", "el martes 1 de diciembre"), (-1, "yesterday", "ayer"), (0, "today", "hoy"),
            (1, "tomorrow", "mañana"), (2, "in two days", "dentro de dos días"),
            (3, "in three days", "dentro de tres días"),
            (4, "in four days", "dentro de cuatro días"), (5, "in five days", "dentro de cinco días"),
            (6, "in six days", "dentro de seis días"), (7, "on Tuesday, December 1", "el martes 1 de diciembre"),
            (400, "on Tuesday, December 1", "el martes 1 de diciembre"),
        ])
    func when(days: Int, english: String, spanish: String) throws {
        let day = try date("2026-12-01")
        #expect(Language.english.wording.when(day, from: day.adding(days: -days)) == english)
        #expect(Language.spanish.wording.when(day, from: day.adding(days: -days)) == spanish)
    }

    @Test(
        "formats a time on a 12-hour clock",
        arguments: [
            ("00:00", "12:00 AM", "a las 12:00 a. m."), ("00:59", "12:59 AM", "a las 12:59 a. m."),
            ("01:05", "1:05 AM", "a la 1:05 a. m."), ("09:00", "9:00 AM", "a las 9:00 a. m."),
            ("11:59", "11:59 AM", "a las 11:59 a. m."), ("12:00", "12:00 PM", "a las 12:00 p. m."),
            ("13:00", "1:00 PM", "a la 1:00 p. m."), ("23:30", "11:30 PM", "a las 11:30 p. m."),
        ])
    func time(text: String, english: String, spanish: String) throws {
        try expect(text, in: .twelve, english, spanish)
    }

    @Test(
        "formats a time on a 24-hour clock, as outside the US",
        arguments: [
            ("00:00", "00:00", "a las 00:00"), ("01:05", "01:05", "a la 01:05"), ("09:00", "09:00", "a las 09:00"),
            ("13:00", "13:00", "a las 13:00"), ("23:30", "23:30", "a las 23:30"),
        ])
    func time24(text: String, english: String, spanish: String) throws {
        try expect(text, in: .twentyFour, english, spanish)
    }

    private func expect(_ text: String, in hours: HourCycle, _ english: String, _ spanish: String) throws {
        let (time, spanishWording) = (try LocalTime(text), Language.spanish.wording)
        #expect(Language.english.wording.time(time, in: hours) == english)
        #expect(Language.english.wording.atTime(time, in: hours) == "at \(english)")
        #expect(spanishWording.atTime(time, in: hours).replacing("\u{A0}", with: " ") == spanish)
        #expect(spanish.hasSuffix(spanishWording.time(time, in: hours).replacing("\u{A0}", with: " ")))
    }

    @Test("formats a number of sessions")
    func sessions() {
        #expect([0, 1, 2].map(Language.english.wording.sessions) == ["no sessions", "1 session", "2 sessions"])
        #expect([0, 1, 2].map(Language.spanish.wording.sessions) == ["ninguna sesión", "1 sesión", "2 sesiones"])
    }

    @Test("maps each language to its template code, and an unknown code to English")
    func codes() {
        for language in Language.allCases { #expect(Language(templateLanguage: language.templateLanguage) == language) }
        #expect(Language(templateLanguage: "fr") == .english)
    }
}
