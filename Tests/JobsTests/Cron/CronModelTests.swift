import Foundation
import Jobs
import SeededRandom
import Testing

@Suite("Cron compared with a model that checks each minute")
struct CronModelTests {
    /// A zone, and the month from which its next two offset changes are checked.
    struct Place: Sendable, CustomTestStringConvertible {
        let zone: String
        let month: String
        var testDescription: String { "\(zone) from \(month)" }

        init(_ zone: String, _ month: String) {
            self.zone = zone
            self.month = month
        }
    }

    static let places = [
        // Changes of one hour at night, of half an hour, and with an offset of 45 minutes.
        Place("America/Los_Angeles", "2027-01"), Place("America/New_York", "2026-01"),
        Place("Europe/Dublin", "2026-01"),
        Place("Australia/Lord_Howe", "2026-01"), Place("Pacific/Chatham", "2026-01"),
        Place("Asia/Kathmandu", "1985-01"),
        // Changes at midnight, or at 00:01 back into the previous day.
        Place("America/Havana", "2026-01"), Place("Atlantic/Azores", "2026-01"), Place("Asia/Beirut", "2020-01"),
        Place("America/Sao_Paulo", "2018-01"), Place("America/St_Johns", "2009-01"), Place("Asia/Pyongyang", "2015-01"),
        // Changes of two and three hours, for Ramadan, and of a whole day.
        Place("Antarctica/Troll", "2026-01"), Place("Antarctica/Casey", "2018-01"),
        Place("Africa/Casablanca", "2026-01"),
        Place("Pacific/Apia", "2011-09"), Place("UTC", "2026-01"),
    ]

    @Test(
        "random entries occur as in the model, on the days around an offset change", arguments: places)
    func agreesWithWalk(place: Place) throws {
        let zone = try #require(TimeZone(identifier: place.zone))
        var generator = SeededGenerator(seed: 4)
        for start in try walks(at: place, zone: zone) {
            let wall = try LocalMinutes(zone: zone, from: start, days: 4)
            let models = (0..<24).map {
                $0 < 12 ? CronModel.random(using: &generator) : .nightly(using: &generator)
            }
            for model in models {
                let schedule = try CronSchedule(Cron(model.text), zone: place.zone)
                try compare(schedule, with: model.occurrences(on: wall), on: wall)
            }
        }
    }

    private func compare(_ schedule: CronSchedule, with expected: [Date], on wall: LocalMinutes) throws {
        let start = try #require(wall.minutes.first).instant
        let end = try #require(wall.minutes.last).instant
        let before = start.addingTimeInterval(-1)
        #expect(Array(schedule.occurrences(after: before, through: end)) == expected, "\(schedule) from \(start.utc)")
        // The step covers different minutes of the hour, and half minutes.
        for now in stride(from: start, through: end, by: 97 * 60 + 30) {
            let passed = expected.prefix { $0 <= now }
            #expect(schedule.last(through: now, after: before) == passed.last, "\(schedule) through \(now.utc)")
            guard let next = expected.dropFirst(passed.count).first else { continue }
            #expect(schedule.next(after: now) == next, "\(schedule) after \(now.utc)")
        }
    }

    /// Returns the starts of the checked periods: two days before each change.
    private func walks(at place: Place, zone: TimeZone) throws -> [Date] {
        let month = try instant("\(place.month)-01T00:00:00Z")
        guard place.zone != "UTC" else { return [month] }
        let first = try #require(zone.nextDaylightSavingTimeTransition(after: month))
        // Nepal changed its offset once.
        let second = zone.nextDaylightSavingTimeTransition(after: first)
        return [first, second].compactMap(\.self).map { change in
            let minutes = (change.timeIntervalSince1970 / 60).rounded(.down)
            return Date(timeIntervalSince1970: minutes * 60 - 2 * 86_400)
        }
    }

    @Test(
        "last(through:) returns the same occurrence as repeated next(after:)",
        arguments: places.map(\.zone))
    func lastIsLastOfNext(zone: String) throws {
        var generator = SeededGenerator(seed: 77)
        for _ in 0..<100 {
            let schedule = try CronSchedule(Cron(CronModel.random(using: &generator).text), zone: zone)
            let end = Date(timeIntervalSince1970: .random(in: 3e8...4e9, using: &generator).rounded())
            let last = try #require(schedule.last(through: end))
            let next = try #require(schedule.next(after: end))
            #expect(last <= end && end < next)
            #expect(schedule.next(after: last) == next, "\(schedule) through \(end.utc)")
            #expect(schedule.last(through: next) == next, "\(schedule) through \(end.utc)")
            #expect(schedule.last(through: next.addingTimeInterval(-1)) == last, "\(schedule) through \(end.utc)")
            #expect(schedule.next(after: last.addingTimeInterval(-1)) == last, "\(schedule) through \(end.utc)")
            let start = last.addingTimeInterval(-2 * 86_400)
            #expect(
                schedule.occurrences(after: start, through: end).suffix(1) == [last], "\(schedule) through \(end.utc)")
        }
    }
}
