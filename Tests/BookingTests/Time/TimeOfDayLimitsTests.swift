import Booking
import Foundation
import Testing

/// Tests of limits of the time of day; the trainers work from 7:00 to 19:00 on working days.
@Suite("Limits of the time of day")
struct TimeOfDayLimitsTests {
    private var context: TimePhraseContext

    init() throws {
        let now = try #require(RFC3339.parse("2026-11-24T18:00:00Z"))
        context = TimePhraseContext(clock: try StudioClock(timeZone: "America/Los_Angeles"), now: now)
        context.workingHours = [try WeeklyHours(parsing: "mon-fri 07:00-19:00")]
    }

    private func text(_ after: String?, _ before: String?, _ context: TimePhraseContext) throws(TimeProblem) -> String {
        let limits = try TimeOfDayLimits(
            after: after.map { .init($0, field: "--after") }, before: before.map { .init($0, field: "--before") },
            in: context)
        return [limits.after, limits.before].map { $0?.description ?? "" }.joined(separator: "-")
    }

    @Test(
        "reads both limits in the half of the day that makes a forward range within working hours",
        arguments: [
            ("5", "7", "17:00-19:00"), ("6", "8", "18:00-20:00"), ("5pm", "8", "17:00-20:00"),
            ("9", "5", "09:00-17:00"),
            ("9am", "11", "09:00-11:00"), ("11", "1", "11:00-13:00"), ("8", "noon", "08:00-12:00"),
            ("5:30", "7:30", "17:30-19:30"), ("17:00", "20:00", "17:00-20:00"), ("8", "10", "08:00-10:00"),
            ("3pm", "1pm", "15:00-13:00"), ("today 5pm", "midnight", "17:00-24:00"),
        ])
    func readsBoth(after: String, before: String, expected: String) throws {
        #expect(try text(after, before, context) == expected)
    }

    @Test(
        "reads one limit in the half of the day that is within working hours",
        arguments: [
            ("5", nil, "17:00-"), (nil, "9", "-09:00"), (nil, "7", "-19:00"), (nil, "8", "-08:00"),
            ("09:30", nil, "09:30-"), (nil, nil, "-"),
        ])
    func readsOne(after: String?, before: String?, expected: String) throws {
        #expect(try text(after, before, context) == expected)
    }

    @Test("asks for the half of the day where working hours do not decide, with both readings")
    func asks() {
        var undecided = context
        undecided.workingHours = []
        for (after, before) in [("5", nil), ("7", "9")] {
            #expect { try text(after, before, undecided) } throws: { error in
                guard case .invalid(let input) = error as? TimeProblem else { return false }
                return input.field == "--after" && input.hint == "write \(after)am or \(after)pm"
            }
        }
        #expect(throws: TimeProblem.self) { try text("soonest", nil, context) }
    }
}
