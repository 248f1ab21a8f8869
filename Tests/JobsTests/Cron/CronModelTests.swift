import Foundation
import Jobs
import Testing

@Suite("Cron against a walk over all minutes")
struct CronModelTests {
    /// A zone, and the year from which its next changes of the clock are walked.
    struct Place: Sendable, CustomTestStringConvertible {
        let zone: String
        let year: Int
        var testDescription: String { "\(zone) from \(year)" }

        init(_ zone: String, _ year: Int) {
            self.zone = zone
            self.year = year
        }
    }

    static let places = [
        // By an hour at night, by half an hour, and with an offset of three quarters.
        Place("America/Los_Angeles", 2027), Place("America/New_York", 2026), Place("Europe/Dublin", 2026),
        Place("Australia/Lord_Howe", 2026), Place("Pacific/Chatham", 2026), Place("Asia/Kathmandu", 1985),
        // At midnight, or a minute after it and back into the day before.
        Place("America/Havana", 2026), Place("Atlantic/Azores", 2026), Place("Asia/Beirut", 2020),
        Place("America/Sao_Paulo", 2018), Place("America/St_Johns", 2009), Place("Asia/Pyongyang", 2015),
        // By two hours and by three, for Ramadan, and by a whole day.
        Place("Antarctica/Troll", 2026), Place("Antarctica/Casey", 2018), Place("Africa/Casablanca", 2026),
        Place("Pacific/Apia", 2011), Place("UTC", 2026),
    ]

    @Test(
        "entries drawn at random come when the walk says, in days with a change of the clock and in others",
        arguments: places)
    func agreesWithWalk(place: Place) throws {
        let zone = try #require(TimeZone(identifier: place.zone))
        var generator = SeededGenerator(seed: UInt64(place.year) &* 31 &+ UInt64(place.zone.utf8.count))
        for start in try windows(of: place, zone: zone) {
            let wall = try WalkedWall(zone: zone, from: start, days: 5)
            for _ in 0..<150 {
                let model = CronModel.random(using: &generator)
                let schedule = try CronSchedule(Cron(model.text), zone: place.zone)
                try compare(schedule, with: model.occurrences(on: wall), on: wall, using: &generator)
            }
        }
    }

    private func compare(
        _ schedule: CronSchedule, with expected: [Date], on wall: WalkedWall, using generator: inout SeededGenerator
    ) throws {
        let start = try #require(wall.minutes.first).instant
        let end = try #require(wall.minutes.last).instant
        let found = Array(schedule.occurrences(after: start.addingTimeInterval(-1), through: end))
        #expect(found == expected, "\(schedule) from \(start.utc)")
        for _ in 0..<10 {
            let offset = Double.random(in: 0...end.timeIntervalSince(start), using: &generator)
            let now =
                Bool.random(using: &generator)
                ? start.addingTimeInterval(offset) : expected.randomElement(using: &generator) ?? start
            if let next = expected.first(where: { $0 > now }) {
                #expect(schedule.next(after: now) == next, "\(schedule) after \(now.utc)")
            }
            let last = expected.last { $0 <= now }
            let span = start.addingTimeInterval(-1)
            #expect(schedule.last(through: now, after: span) == last, "\(schedule) through \(now.utc)")
        }
    }

    /// Where the walks begin: two days before each of the next three changes, and in a week without any.
    private func windows(of place: Place, zone: TimeZone) throws -> [Date] {
        let newYear = try instant("\(place.year)-01-10T00:00:00Z")
        var changes: [Date] = []
        while changes.count < 3, let change = zone.nextDaylightSavingTimeTransition(after: changes.last ?? newYear) {
            changes.append(change)
        }
        try #require(changes.isEmpty == (place.zone == "UTC"))
        return [newYear]
            + changes.map { change in
                let minutes = (change.timeIntervalSince1970 / 60).rounded(.down)
                return Date(timeIntervalSince1970: minutes * 60 - 2 * 86_400)
            }
    }

    @Test("the last occurrence is the last that going from one to the next finds", arguments: places.map(\.zone))
    func lastIsLastOfNext(zone: String) throws {
        var generator = SeededGenerator(seed: 77)
        for _ in 0..<200 {
            let schedule = try CronSchedule(Cron(CronModel.random(using: &generator).text), zone: zone)
            let end = Date(timeIntervalSince1970: .random(in: 3e8...4e9, using: &generator).rounded())
            let last = try #require(schedule.last(through: end))
            #expect(last <= end)
            #expect(schedule.next(after: last.addingTimeInterval(-1)) == last, "\(schedule) through \(end.utc)")
            #expect(try #require(schedule.next(after: last)) > end, "\(schedule) through \(end.utc)")
            let start = last.addingTimeInterval(-20 * 86_400)
            #expect(
                schedule.occurrences(after: start, through: end).suffix(1) == [last], "\(schedule) through \(end.utc)")
        }
    }
}
