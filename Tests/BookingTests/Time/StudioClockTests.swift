import Booking
import Foundation
import Testing

@Suite("Studio clocks")
struct StudioClockTests {
    static let zones = [
        "America/Los_Angeles", "America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kolkata",
        "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "Europe/Dublin", "UTC",
    ]

    @Test(
        "around each offset change, resolves every local time as a search of all minutes does",
        arguments: zones)
    func agreesWithBruteForce(zone: String) throws {
        let clock = try StudioClock(timeZone: zone)
        for change in changes(of: clock, years: 2010...2030) {
            try compare(clock, with: LocalMinuteSearch(clock, around: change))
        }
        // This also tests zones without an offset change.
        try compare(clock, with: LocalMinuteSearch(clock, around: Date(timeIntervalSince1970: 1_796_083_200)))
    }

    private func compare(_ clock: StudioClock, with walked: LocalMinuteSearch) throws {
        for wall in walked.walls {
            let date = LocalDate(daysSince1970: wall.minute / 1440)
            let time = try #require(LocalTime(minutes: wall.minute % 1440))
            switch clock.resolve(date, time) {
            case .instant(let instant):
                #expect(wall.instants == [instant])
                #expect(clock.date(of: instant) == date && clock.time(of: instant) == time)
            case .ambiguous(let first, let second):
                #expect(wall.instants == [first, second])
            case .missing(let before, let after):
                #expect(wall.instants.isEmpty)
                let gap = walked.gap
                #expect(
                    clock.wallMinute(of: before) == wall.minute - gap
                        && clock.wallMinute(of: after) == wall.minute + gap)
                #expect(before < walked.change && walked.change <= after)
            }
        }
    }

    @Test("a day begins with the first second of its date", arguments: zones)
    func beginsDays(zone: String) throws {
        let clock = try StudioClock(timeZone: zone)
        for change in changes(of: clock, years: 2010...2030) {
            for date in [clock.date(of: change), clock.date(of: change).adding(days: 1)] {
                let start = clock.startOfDay(date)
                #expect(clock.date(of: start) == date)
                #expect(clock.date(of: start.addingTimeInterval(-1)) < date)
            }
        }
    }

    @Test("finds the skipped and the repeated hour of 2027 in Los Angeles")
    func changesInLosAngeles() throws {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        let spring = try LocalDate("2027-03-14")
        let autumn = try LocalDate("2027-11-07")
        #expect(
            try clock.resolve(spring, LocalTime("02:30"))
                == .missing(before: instant("2027-03-14T09:30:00Z"), after: instant("2027-03-14T10:30:00Z")))
        #expect(
            try clock.resolve(autumn, LocalTime("01:30"))
                == .ambiguous(first: instant("2027-11-07T08:30:00Z"), second: instant("2027-11-07T09:30:00Z")))
        #expect(try clock.resolve(spring, LocalTime("03:00")) == .instant(instant("2027-03-14T10:00:00Z")))
        #expect(try clock.resolve(spring, LocalTime("02:00")) != clock.resolve(spring, LocalTime("03:00")))
        #expect(try clock.resolve(spring, .endOfDay) == clock.resolve(LocalDate("2027-03-15"), .midnight))
        let five = try LocalTime("05:00")
        #expect(hours(clock, spring, five) == 4)
        #expect(hours(clock, autumn, five) == 6)
    }

    @Test("finds the start of a day with a skipped midnight, and of a skipped day")
    func skipsMidnight() throws {
        let saoPaulo = try StudioClock(timeZone: "America/Sao_Paulo")
        #expect(try saoPaulo.startOfDay(LocalDate("2018-11-04")) == instant("2018-11-04T03:00:00Z"))
        #expect(try saoPaulo.text(saoPaulo.startOfDay(LocalDate("2018-11-04"))) == "2018-11-04 01:00 -02")
        let apia = try StudioClock(timeZone: "Pacific/Apia")
        #expect(try apia.startOfDay(LocalDate("2011-12-30")) == apia.startOfDay(LocalDate("2011-12-31")))
        guard case .missing = try apia.resolve(LocalDate("2011-12-30"), LocalTime("12:00")) else {
            Issue.record("2011-12-30 has a start, although Samoa skipped it")
            return
        }
    }

    @Test(
        "formats an instant with the zone's abbreviation or its offset",
        arguments: [
            ("America/Los_Angeles", "2026-12-01T17:00:00Z", "2026-12-01 09:00 PST", "2026-12-01 09:00-08:00"),
            ("America/Los_Angeles", "2027-07-01T16:00:00Z", "2027-07-01 09:00 PDT", "2027-07-01 09:00-07:00"),
            ("America/Los_Angeles", "2061-07-01T16:00:00Z", "2061-07-01 09:00 PDT", "2061-07-01 09:00-07:00"),
            ("America/New_York", "2026-12-01T17:00:00Z", "2026-12-01 12:00 EST", "2026-12-01 12:00-05:00"),
            ("America/Phoenix", "2026-07-01T17:00:00Z", "2026-07-01 10:00 MST", "2026-07-01 10:00-07:00"),
            ("Australia/Lord_Howe", "2026-12-01T17:00:00Z", "2026-12-02 04:00 +11", "2026-12-02 04:00+11:00"),
            ("Asia/Kolkata", "2026-12-01T17:00:00Z", "2026-12-01 22:30 IST", "2026-12-01 22:30+05:30"),
            ("UTC", "2026-12-01T17:00:05Z", "2026-12-01 17:00:05 UTC", "2026-12-01 17:00:05+00:00"),
        ])
    func shows(zone: String, utc: String, text: String, withOffset: String) throws {
        let clock = try StudioClock(timeZone: zone)
        #expect(try clock.text(instant(utc)) == text)
        #expect(try clock.textWithOffset(instant(utc)) == withOffset)
    }

    @Test("uses seconds, and truncates fractions of a second")
    func countsSeconds() throws {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        let instant = try instant("2026-12-01T17:00:30Z").addingTimeInterval(0.9)
        #expect(clock.secondOfDay(of: instant) == 9 * 3600 + 30)
        #expect(clock.time(of: instant).description == "09:00")
        #expect(
            try clock.resolve(LocalDate("2026-12-01"), secondOfDay: 9 * 3600 + 30)
                == .instant(self.instant("2026-12-01T17:00:30Z")))
    }

    @Test("accepts instants outside the supported years")
    func survivesDistantInstants() throws {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        #expect(clock.text(.distantPast).hasPrefix("000"))
        #expect(clock.date(of: Date(timeIntervalSince1970: 1e300)).year == 9999)
        #expect(clock.date(of: Date(timeIntervalSince1970: -.infinity)).year == 1)
    }

    private func hours(_ clock: StudioClock, _ date: LocalDate, _ time: LocalTime) -> Double? {
        guard case .instant(let end) = clock.resolve(date, time) else { return nil }
        return end.timeIntervalSince(clock.startOfDay(date)) / 3600
    }

    private func changes(of clock: StudioClock, years: ClosedRange<Int>) -> [Date] {
        var changes: [Date] = []
        var offset = clock.offset(start(of: years.lowerBound))
        var hour = start(of: years.lowerBound)
        while hour < start(of: years.upperBound + 1) {
            hour.addTimeInterval(1800)
            if clock.offset(hour) != offset { changes.append(hour) }
            offset = clock.offset(hour)
        }
        return changes
    }

    private func start(of year: Int) -> Date {
        Date(timeIntervalSince1970: Double(LocalDate(year: year, month: 1, day: 1)?.daysSince1970 ?? 0) * 86_400)
    }

    private func instant(_ text: String) throws -> Date { try #require(RFC3339.parse(text)) }
}

/// The instants of each local time, found by a search of all minutes near an offset change.
private struct LocalMinuteSearch {
    let change: Date
    /// The number of minutes by which the clock is set forward.
    let gap: Int
    /// The local minutes since 1970 near the change, each with its instants.
    let walls: [(minute: Int, instants: [Date])]

    init(_ clock: StudioClock, around change: Date) {
        self.change = change
        let before = change.addingTimeInterval(-60)
        gap = (clock.offset(change) - clock.offset(before)) / 60
        var found: [Int: [Date]] = [:]
        for minute in -1800...1800 {
            let instant = change.addingTimeInterval(Double(minute) * 60)
            found[clock.wallMinute(of: instant), default: []].append(instant)
        }
        let middle = clock.wallMinute(of: before)
        let reach = abs(gap) + 120
        walls = ((middle - reach)...(middle + reach)).map { ($0, found[$0] ?? []) }
    }
}

extension StudioClock {
    fileprivate func wallMinute(of instant: Date) -> Int {
        (Int(instant.timeIntervalSince1970) + offset(instant)) / 60
    }
}
