import Foundation
import Jobs
import Testing

@Suite("Cron at changes of the UTC offset")
struct CronClockChangeTests {
    /// A local day with a change of the UTC offset: the instants from one midnight to the next.
    struct Day: Sendable, CustomTestStringConvertible {
        let zone: String
        let start: String
        let end: String
        var testDescription: String { "\(zone) \(start)" }

        init(_ zone: String, _ start: String, _ end: String) {
            self.zone = zone
            self.start = start
            self.end = end
        }

        func occurrences(of cron: String) throws -> [Date] {
            let start = try instant(start).addingTimeInterval(-1)
            let end = try instant(end).addingTimeInterval(-1)
            return try Array(CronSchedule(Cron(cron), zone: zone).occurrences(after: start, through: end))
        }
    }

    // 02:00 becomes 03:00, and 02:00 becomes 01:00.
    static let losAngelesForward = Day("America/Los_Angeles", "2027-03-14T08:00:00Z", "2027-03-15T07:00:00Z")
    static let losAngelesBack = Day("America/Los_Angeles", "2027-11-07T07:00:00Z", "2027-11-08T08:00:00Z")
    static let newYorkForward = Day("America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")
    static let newYorkBack = Day("America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")
    // 02:00 becomes 02:30, and 02:00 becomes 01:30.
    static let lordHoweForward = Day("Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z")
    static let lordHoweBack = Day("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z")

    @Test(
        "a day with a change has the documented number of runs",
        arguments: [
            (losAngelesForward, [1, 92, 23, 1, 4]), (losAngelesBack, [1, 100, 25, 1, 6]),
            (newYorkForward, [1, 92, 23, 1, 4]), (newYorkBack, [1, 100, 25, 1, 6]),
            (lordHoweForward, [1, 94, 23, 1, 5]), (lordHoweBack, [1, 98, 24, 1, 6]),
        ])
    func countsRuns(day: Day, counts: [Int]) throws {
        let crons = ["30 2 * * *", "*/15 * * * *", "0 * * * *", "15 1 * * *", "0,30 1-3 * * *"]
        #expect(try crons.map { try day.occurrences(of: $0).count } == counts)
    }

    @Test("fixed times in a skipped hour occur once, right after it")
    func runsAfterGap() throws {
        let day = CronClockChangeTests.losAngelesForward
        #expect(try utc(day, "30 2 * * *") == ["2027-03-14T10:00:00Z"])
        #expect(try utc(day, "5,10,55 2 * * *") == ["2027-03-14T10:00:00Z"])
        #expect(try utc(day, "0 2,3 * * *") == ["2027-03-14T10:00:00Z"])
        #expect(
            try utc(day, "30 1-3 * * *") == ["2027-03-14T09:30:00Z", "2027-03-14T10:00:00Z", "2027-03-14T10:30:00Z"])
        #expect(try utc(CronClockChangeTests.lordHoweForward, "15 2 * * *") == ["2026-10-03T15:30:00Z"])
        #expect(try utc(CronClockChangeTests.lordHoweForward, "30 2 * * *") == ["2026-10-03T15:30:00Z"])
    }

    @Test("fixed times in a repeated hour occur in its first pass")
    func runsOnceInRepeatedHour() throws {
        let day = CronClockChangeTests.losAngelesBack
        #expect(try utc(day, "15 1 * * *") == ["2027-11-07T08:15:00Z"])
        #expect(try utc(day, "0 1,2 * * *") == ["2027-11-07T08:00:00Z", "2027-11-07T10:00:00Z"])
        #expect(try utc(CronClockChangeTests.lordHoweBack, "45 1 * * *") == ["2026-04-04T14:45:00Z"])
        let schedule = try CronSchedule(Cron("15 1 * * *"), zone: day.zone)
        #expect(try schedule.next(after: instant("2027-11-07T08:15:00Z"))?.utc == "2027-11-08T09:15:00Z")
        // In the second pass, before and after the clock shows 01:15 again.
        #expect(try schedule.last(through: instant("2027-11-07T09:10:00Z"))?.utc == "2027-11-07T08:15:00Z")
        #expect(try schedule.last(through: instant("2027-11-07T09:20:00Z"))?.utc == "2027-11-07T08:15:00Z")
        let weekly = try CronSchedule(Cron("15 1 * * sun"), zone: day.zone)
        #expect(try weekly.last(through: instant("2027-11-07T09:10:00Z"))?.utc == "2027-11-07T08:15:00Z")
        // A day after the second pass, just before the clock shows 01:15.
        #expect(try schedule.last(through: instant("2027-11-08T09:10:00Z"))?.utc == "2027-11-07T08:15:00Z")
    }

    @Test("wildcards follow elapsed time: they occur in both passes, and skipped times do not occur")
    func followsElapsedTime() throws {
        let back = try CronClockChangeTests.losAngelesBack.occurrences(of: "*/30 * * * *")
        #expect(zip(back, back.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == 1800 })
        let forward = try CronClockChangeTests.losAngelesForward.occurrences(of: "*/30 * * * *")
        #expect(zip(forward, forward.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == 1800 })
        #expect(
            try utc(CronClockChangeTests.losAngelesBack, "15 */1 * * *").prefix(3)
                == ["2027-11-07T07:15:00Z", "2027-11-07T08:15:00Z", "2027-11-07T09:15:00Z"])
        #expect(try utc(CronClockChangeTests.losAngelesBack, "*/30 1 * * *").count == 4)
        #expect(try utc(CronClockChangeTests.losAngelesForward, "*/30 2 * * *").isEmpty)
    }

    @Test("times at a skipped midnight occur at the start of the day, times at a repeated midnight once")
    func changesAtMidnight() throws {
        // 00:00 becomes 01:00, and 01:00 becomes 00:00.
        #expect(
            try utc(Day("America/Havana", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), "@daily")
                == ["2026-03-08T05:00:00Z"])
        #expect(
            try utc(Day("America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), "@daily")
                == ["2026-11-01T04:00:00Z"])
        // 24:00 becomes 23:00 of the same day.
        let saoPaulo = Day("America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z")
        #expect(try utc(saoPaulo, "30 23 * * *") == ["2018-02-18T01:30:00Z"])
        #expect(try utc(saoPaulo, "30 * * * *").suffix(2) == ["2018-02-18T01:30:00Z", "2018-02-18T02:30:00Z"])
    }

    @Test("each date occurs once where 00:01 becomes 23:01 of the previous day")
    func changesIntoTheDayBefore() throws {
        let schedule = try CronSchedule(Cron("0 0,12 * * *"), zone: "America/St_Johns")
        let runs = schedule.occurrences(
            after: try instant("2009-10-31T12:00:00Z"), through: try instant("2009-11-02T12:00:00Z"))
        #expect(
            runs.map(\.utc) == [
                "2009-10-31T14:30:00Z", "2009-11-01T02:30:00Z", "2009-11-01T15:30:00Z", "2009-11-02T03:30:00Z",
            ])
    }

    @Test("fixed times of a skipped day occur once at the start of the next day")
    func skipsAWholeDay() throws {
        // Samoa skipped Friday, 30 December 2011.
        let runs = { (cron: String) in
            try CronSchedule(Cron(cron), zone: "Pacific/Apia").occurrences(
                after: instant("2011-12-29T10:00:00Z"), through: instant("2011-12-31T09:59:59Z")
            ).map(\.utc)
        }
        #expect(try runs("0 9 30 * *") == ["2011-12-30T10:00:00Z"])
        #expect(try runs("0 9,17 * * fri") == ["2011-12-30T10:00:00Z"])
        #expect(
            try runs("0 9 * * *") == ["2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"])
        #expect(try runs("*/30 9 30 * *").isEmpty)
    }

    private func utc(_ day: Day, _ cron: String) throws -> [String] { try day.occurrences(of: cron).map(\.utc) }
}
