import Booking
import Foundation
import SeededRandom
import Testing

/// Tests that every printed form of a time is read as the same time.
@Suite("Printed times")
struct TimePhraseRoundTripTests {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// A form of a date and a time; the date is within a year.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let write: @Sendable (LocalDate, Int) -> String

        init(_ name: String, _ write: @escaping @Sendable (LocalDate, Int) -> String) {
            testDescription = name
            self.write = write
        }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func clock(_ minutes: Int) -> String { "\(two(minutes / 60)):\(two(minutes % 60))" }
    private static func twelve(_ minutes: Int) -> String {
        "\((minutes / 60 + 11) % 12 + 1):\(two(minutes % 60)) \(minutes < 720 ? "AM" : "PM")"
    }
    private static func month(_ date: LocalDate) -> String { months[date.month - 1] }

    static let forms: [Form] = [
        Form("ISO") { "\($0) \(clock($1))" },
        Form("ISO with T") { "\($0)T\(clock($1)):00" },
        Form("ISO, 12 hours") { "\($0) \(twelve($1))" },
        Form("slashes") { "\($0.month)/\($0.day)/\($0.year) \(clock($1))" },
        Form("short year") { "\($0.month)/\($0.day)/\($0.year % 100) \(twelve($1))" },
        Form("month and day") { "\(month($0).prefix(3)) \($0.day) \(clock($1))" },
        Form("day and month") { "\($0.day) \(month($0)) \(twelve($1))" },
        Form("compact time") { "\(month($0)) \($0.day)th at \(two($1 / 60))\(two($1 % 60))" },
        Form("points") {
            "\(twelve($1).replacing("AM", with: "a.m.").replacing("PM", with: "p.m.")) \($0.day) \(month($0))"
        },
        Form("mail") { "\($0.weekday.title), \(month($0)) \($0.day) at \(twelve($1))" },
        Form("mail with year") { "\($0.weekday.title), \(month($0)) \($0.day), \($0.year) at \(twelve($1))" },
        Form("output") { "\($0.weekday.title.prefix(3)) \(month($0).prefix(3)) \($0.day), \(twelve($1))" },
        Form("time first") { "\(twelve($1)) on \($0.weekday.name) \(month($0)) \($0.day)" },
    ]

    @Test("a printed time is read as the same time", arguments: forms)
    func areRead(form: Form) throws {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        var generator = SeededGenerator(seed: 14)
        for _ in 0..<150 {
            let now = Date(
                timeIntervalSince1970: Double(Int.random(in: 1_790_000_000..<1_850_000_000, using: &generator)))
            let context = TimePhraseContext(clock: clock, now: now)
            let date = clock.date(of: now).adding(days: Int.random(in: 0...364, using: &generator))
            let minutes =
                [0, 720, 1439, Int.random(in: 0..<1440, using: &generator)].randomElement(using: &generator) ?? 0
            let text = form.write(date, minutes)
            let expected = clock.resolve(date, secondOfDay: minutes * 60)
            #expect(throws: Never.self) { try Self.expect(text, expected, in: context) }
        }
    }

    @Test("a time is read in every form in every time zone, across clock changes", arguments: forms)
    func areReadAtClockChanges(form: Form) throws {
        for (zone, date) in [
            ("America/Los_Angeles", "2027-03-14"), ("America/Los_Angeles", "2026-11-01"),
            ("Europe/Berlin", "2027-03-28"),
            ("America/Santiago", "2027-09-05"), ("Australia/Lord_Howe", "2027-04-04"), ("Asia/Kathmandu", "2026-12-31"),
        ] {
            let clock = try StudioClock(timeZone: zone)
            let date = try LocalDate(date)
            let context = TimePhraseContext(clock: clock, now: clock.startOfDay(date.adding(days: -3)))
            for minutes in stride(from: 0, to: 240, by: 15) {
                let expected = clock.resolve(date, secondOfDay: minutes * 60)
                #expect(throws: Never.self) { try Self.expect(form.write(date, minutes), expected, in: context) }
            }
        }
    }

    /// Expects that a text is read as an instant, or refused as a skipped or repeated time.
    private static func expect(
        _ text: String, _ expected: StudioClock.WallTime, in context: TimePhraseContext
    ) throws {
        let result: StudioClock.WallTime
        do throws(TimeProblem) {
            result = .instant(try TimePhrase.instant(text, in: context))
        } catch {
            switch error {
            case .invalid(let input): throw input
            case .missing(_, let before, let after): result = .missing(before: before, after: after)
            case .ambiguous(_, let first, let second): result = .ambiguous(first: first, second: second)
            }
        }
        #expect(result == expected, "\(text) at \(context.clock.text(context.now))")
        guard case .ambiguous(let first, let second) = expected else { return }
        for instant in [first, second] {
            let zone = context.clock.abbreviation(instant)
            guard zone.allSatisfy(\.isLetter), !text.contains("on ") else { continue }
            let named = "\(text) \(zone)"
            #expect(try TimePhrase.instant(named, in: context) == instant, "\(named)")
        }
    }

    @Test("a date without a year is the first such date from today on, also across years and leap days")
    func yearIsInferred() throws {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        for (today, text, date) in [
            ("2026-12-31", "jan 1", "2027-01-01"), ("2026-12-31", "dec 31", "2026-12-31"),
            ("2027-01-01", "dec 31", "2027-12-31"), ("2027-03-01", "feb 29", "2028-02-29"),
            ("2028-02-29", "feb 29", "2028-02-29"), ("2028-03-01", "2/29", "2032-02-29"),
            ("2026-12-31", "tomorrow", "2027-01-01"), ("2028-02-28", "tomorrow", "2028-02-29"),
        ] {
            let now = try clock.startOfDay(LocalDate(today)).addingTimeInterval(12 * 3600)
            let context = TimePhraseContext(clock: clock, now: now)
            #expect(try TimePhrase.parse(text, in: context) == .day(LocalDate(date)), "\(text) on \(today)")
        }
    }
}
