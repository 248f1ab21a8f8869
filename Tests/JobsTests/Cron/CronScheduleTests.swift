import Foundation
import Jobs
import Testing

@Suite("Occurrences of cron entries")
struct CronScheduleTests {
    @Test("returns the next matching minute in local time")
    func findsNext() throws {
        let schedule = try CronSchedule(Cron("30 9 * * mon-fri"), zone: "America/Los_Angeles")
        // A Friday in November at 09:30.
        let friday = try instant("2026-11-20T17:30:00Z")
        let monday = try instant("2026-11-23T17:30:00Z")
        #expect(schedule.next(after: friday) == monday)
        #expect(schedule.next(after: friday.addingTimeInterval(-0.001)) == friday)
        #expect(schedule.next(after: friday.addingTimeInterval(0.5)) == monday)
        #expect(schedule.last(through: friday) == friday)
        #expect(schedule.last(through: monday.addingTimeInterval(-0.001)) == friday)
        #expect(schedule.last(through: monday.addingTimeInterval(0.5)) == monday)
    }

    @Test("with both day fields restricted, either matches; a field that begins with a star restricts nothing")
    func joinsDays() throws {
        let march = (from: try instant("2026-02-28T23:59:59Z"), through: try instant("2026-03-31T23:59:59Z"))
        func days(_ cron: String) throws -> [String] {
            try CronSchedule(Cron(cron), zone: "UTC").occurrences(after: march.from, through: march.through)
                .map { String($0.utc.dropFirst(8).prefix(2)) }
        }
        #expect(try days("0 0 13 * fri") == ["06", "13", "20", "27"])
        #expect(try days("0 0 1,15 * wed") == ["01", "04", "11", "15", "18", "25"])
        #expect(try days("0 0 */2 * mon") == ["09", "23"])
        #expect(try days("0 0 9-16 * */2") == ["10", "12", "14", "15"])
        #expect(try days("0 0 * * 7") == ["01", "08", "15", "22", "29"])
        #expect(try days("0 0 31 * *") == ["31"])
    }

    @Test("skips the leap day in 2100")
    func knowsLeapDays() throws {
        let schedule = try CronSchedule(Cron("0 0 29 2 *"), zone: "UTC")
        let leapDays = schedule.occurrences(
            after: try instant("2092-03-01T00:00:00Z"), through: try instant("2104-12-31T00:00:00Z"))
        #expect(leapDays.map(\.utc) == ["2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"])
        #expect(try schedule.last(through: instant("2104-02-28T23:59:59Z"))?.utc == "2096-02-29T00:00:00Z")
        #expect(try schedule.next(after: instant("2096-02-29T00:00:00Z"))?.utc == "2104-02-29T00:00:00Z")
        // Leap days on a Saturday or a Sunday: across the end of the century, the next one is 28 years later.
        let atWeekends = try CronSchedule(Cron("0 0 29 2 */6"), zone: "UTC")
        #expect(try atWeekends.next(after: instant("2088-02-29T00:00:00Z"))?.utc == "2116-02-29T00:00:00Z")
        #expect(try atWeekends.last(through: instant("2116-02-28T00:00:00Z"))?.utc == "2088-02-29T00:00:00Z")
    }

    @Test("returns the last occurrence of a thousand years at once")
    func catchesUp() throws {
        let schedule = try CronSchedule(Cron("* * * * *"), zone: "Australia/Lord_Howe")
        let now = try instant("2970-06-01T12:00:30Z")
        #expect(try schedule.last(through: now, after: instant("1970-01-01T00:00:00Z"))?.utc == "2970-06-01T12:00:00Z")
        let rare = try CronSchedule(Cron("15 12 29 2 *"), zone: "Europe/Dublin")
        #expect(try rare.last(through: now, after: instant("2968-03-01T00:00:00Z")) == nil)
        #expect(try rare.last(through: now, after: instant("2968-02-29T12:15:00Z")) == nil)
        #expect(try rare.last(through: now, after: instant("2968-02-29T12:14:59Z"))?.utc == "2968-02-29T12:15:00Z")
    }

    @Test("occurrences exclude the start and include the end of the period")
    func boundsSpans() throws {
        let schedule = try CronSchedule(Cron("@hourly"), zone: "Asia/Kathmandu")
        let start = try instant("2026-12-01T00:15:00Z")
        let span = schedule.occurrences(after: start, through: start.addingTimeInterval(2 * 3600))
        #expect(span.map(\.utc) == ["2026-12-01T01:15:00Z", "2026-12-01T02:15:00Z"])
        #expect(Array(schedule.occurrences(after: start, through: start)).isEmpty)
        #expect(schedule.last(through: start, after: start) == nil)
    }

    @Test("the search ends for instants that are far away or not finite")
    func boundsTheCalendar() throws {
        let schedule = try CronSchedule(Cron("0 0 29 2 *"), zone: "America/New_York")
        #expect(schedule.next(after: Date(timeIntervalSince1970: .infinity)) == nil)
        #expect(schedule.next(after: Date(timeIntervalSince1970: 1e300)) == nil)
        #expect(schedule.last(through: Date(timeIntervalSince1970: -.infinity)) == nil)
        #expect(schedule.last(through: Date(timeIntervalSince1970: .nan)) == nil)
        // 29 February of year 4, when midnight in New York was 04:56:02 UTC.
        #expect(schedule.next(after: .distantPast)?.timeIntervalSince1970 == -62_035_873_438)
        #expect(schedule.last(through: .distantFuture)?.utc == "4000-02-29T05:00:00Z")
    }

    @Test(
        "rejects a zone that is neither a place in the IANA database nor UTC",
        arguments: [
            "", "PST", "EST5EDT", "GMT+2", "Mars/Olympus", "America/", "/Los_Angeles", "../etc/passwd",
            "America/../UTC",
            "Los Angeles", "America/Los Angeles", "America/\u{1B}[31m",
        ])
    func refusesZones(zone: String) throws {
        let cron = try Cron("@daily")
        let error = #expect(throws: CronError.self) { try CronSchedule(cron, zone: zone) }
        #expect(error?.field == "time zone")
        #expect(error?.hint.contains("America/Los_Angeles") == true)
    }

    @Test("a schedule is described and compared by its entry and its zone")
    func describesItself() throws {
        let schedule = try CronSchedule(Cron("30 2 * * *"), zone: "America/Argentina/Buenos_Aires")
        #expect(schedule.description == "30 2 * * * America/Argentina/Buenos_Aires")
        #expect(try schedule == CronSchedule(Cron("30 02 * * *"), zone: "America/Argentina/Buenos_Aires"))
        #expect(try schedule != CronSchedule(Cron("30 2 * * *"), zone: "UTC"))
    }
}
