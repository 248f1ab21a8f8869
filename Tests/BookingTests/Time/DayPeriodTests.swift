import Booking
import Foundation
import Testing

/// Tests of periods; the current time is Tuesday, 2026-11-24, 13:00 in Los Angeles.
@Suite("Day periods")
struct DayPeriodTests {
    private var context: TimePhraseContext

    init() throws {
        let now = try #require(RFC3339.parse("2026-11-24T21:00:00Z"))
        context = TimePhraseContext(clock: try StudioClock(timeZone: "America/Los_Angeles"), now: now)
        context.workingHours = [try WeeklyHours(parsing: "mon-fri 07:00-19:00")]
    }

    private func text(_ phrase: String, in other: TimePhraseContext? = nil) throws -> String {
        guard case .period(let period) = try TimePhrase.parse(phrase, in: other ?? context) else { return "no period" }
        let days = period.weekdays.map { " " + $0.sorted().map(\.name).joined(separator: ",") } ?? ""
        return "\(period.first)..\(period.last.map { "\($0)" } ?? "")\(days) \(period.from)-\(period.until)"
    }

    @Test(
        "reads periods of one or several days",
        arguments: [
            ("thursday after 5", "2026-11-26..2026-11-26 17:00-24:00"),
            ("thu evening", "2026-11-26..2026-11-26 17:00-24:00"),
            ("tomorrow morning", "2026-11-25..2026-11-25 00:00-12:00"),
            ("tonight", "2026-11-24..2026-11-24 17:00-24:00"), ("this afternoon", "2026-11-24..2026-11-24 12:00-17:00"),
            ("next week", "2026-11-30..2026-12-06 00:00-24:00"), ("this week", "2026-11-24..2026-11-29 00:00-24:00"),
            ("weekday mornings", "2026-11-24.. mon,tue,wed,thu,fri 00:00-12:00"),
            ("weekends", "2026-11-24.. sat,sun 00:00-24:00"), ("mornings", "2026-11-24.. 00:00-12:00"),
            ("weekdays after 5", "2026-11-24.. mon,tue,wed,thu,fri 17:00-24:00"),
            ("this weekend", "2026-11-28..2026-11-29 00:00-24:00"),
            ("tuesday mornings", "2026-11-24.. tue 00:00-12:00"),
            ("tue morning", "2026-12-01..2026-12-01 00:00-12:00"), ("morning", "2026-11-25..2026-11-25 00:00-12:00"),
            ("dec 8 afternoon", "2026-12-08..2026-12-08 12:00-17:00"),
            ("before noon dec 8", "2026-12-08..2026-12-08 00:00-12:00"),
            ("fri after 5 before 7", "2026-11-27..2026-11-27 17:00-19:00"),
            ("thu after 17:00", "2026-11-26..2026-11-26 17:00-24:00"),
            ("next week after 5", "2026-11-30..2026-12-06 17:00-24:00"),
            ("next week mornings", "2026-11-30..2026-12-06 00:00-12:00"),
            ("weekend mornings", "2026-11-24.. sat,sun 00:00-12:00"),
            ("this weekend mornings", "2026-11-28..2026-11-29 00:00-12:00"),
            ("next weekend", "2026-12-05..2026-12-06 00:00-24:00"),
            ("next weekend after noon", "2026-12-05..2026-12-06 12:00-24:00"),
            ("last weekend", "2026-11-21..2026-11-22 00:00-24:00"),
        ])
    func reads(phrase: String, expected: String) throws {
        #expect(try text(phrase) == expected)
    }

    @Test("rejects parts of several days beside one day", arguments: ["tomorrow mornings", "dec 8 mornings"])
    func rejects(phrase: String) {
        #expect(throws: TimeProblem.self) { try text(phrase) }
    }

    @Test(
        "reads Spanish periods where the language is Spanish",
        arguments: [
            ("fin de semana", "2026-11-28..2026-11-29 00:00-24:00"),
            ("este fin de semana por la mañana", "2026-11-28..2026-11-29 00:00-12:00"),
            ("el próximo fin de semana", "2026-12-05..2026-12-06 00:00-24:00"),
            ("fines de semana", "2026-11-24.. sat,sun 00:00-24:00"),
            ("entre semana", "2026-11-24.. mon,tue,wed,thu,fri 00:00-24:00"),
            ("entre semana por las tardes", "2026-11-24.. mon,tue,wed,thu,fri 12:00-20:00"),
            ("mañanas", "2026-11-24.. 00:00-12:00"), ("próxima semana mañanas", "2026-11-30..2026-12-06 00:00-12:00"),
        ])
    func readsSpanish(phrase: String, expected: String) throws {
        var spanish = context
        spanish.language = .spanish
        #expect(try text(phrase, in: spanish) == expected)
        #expect(throws: TimeProblem.self) { try text(phrase) }
    }

    @Test("asks for the half of the day where no working hours decide")
    func asks() {
        var undecided = context
        undecided.workingHours = []
        #expect { try TimePhrase.parse("thu after 5", in: undecided) } throws: { error in
            guard case .invalid(let input) = error as? TimeProblem else { return false }
            return input.problem.contains("Thu Nov 26, 5 AM or 5 PM?")
        }
    }

    @Test("contains the instants of its days and hours only")
    func contains() throws {
        guard case .period(let period) = try TimePhrase.parse("weekday mornings", in: context) else {
            Issue.record("no period")
            return
        }
        for (local, isInside) in [
            ("2026-11-25 09:00", true), ("2026-11-25 12:00", false), ("2026-11-28 09:00", false),
            ("2026-11-23 09:00", false), ("2027-05-03 11:59", true), ("2026-11-24 00:00", true),
        ] {
            #expect(
                try period.contains(TimePhrase.instant(local, in: context), by: context.clock) == isInside, "\(local)")
        }
        #expect(try period.start(context.clock) == TimePhrase.instant("2026-11-24 00:00", in: context))
        #expect(try period.end(context.clock) == TimePhrase.instant("2026-11-30 12:00", in: context))
    }

    @Test("a period is refused where an instant is needed")
    func isNoInstant() {
        #expect { try TimePhrase.instant("tomorrow morning", in: context) } throws: { error in
            guard case .invalid(let input) = error as? TimeProblem else { return false }
            return input.problem.contains("needs a time of day") && input.hint.contains("2026-11-25")
        }
    }
}
