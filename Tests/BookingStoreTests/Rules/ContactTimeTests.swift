import Booking
import BookingStoreTesting
import Foundation
import Postgres
import SeededRandom
import Testing

@Suite("Contact hours")
struct ContactTimeTests {
    private static let zones = [
        "America/Los_Angeles", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin", "America/Havana",
        "Pacific/Honolulu",
    ]
    private static let tables = 6
    private static let questions = 40

    @Test("the database agrees with a brute-force model", arguments: zones)
    func agreement(zone: String) async throws {
        try await withBookingFixture(connections: 1) { fixture in
            var random = SeededGenerator(seed: UInt64(Self.zones.firstIndex(of: zone) ?? 0))
            for middle in try Self.changes(of: zone) {
                let reach = middle - 10 * 1440..<middle + 10 * 1440
                let clock = try WallClock(zone: zone, over: reach)
                for _ in 0..<Self.tables {
                    let table = Table.random(using: &random)
                    try await fixture.write(table)
                    let model = ContactTimeModel(hours: table.counting, clock: clock, reach: reach)
                    for _ in 0..<Self.questions {
                        try await expectAgreement(model, .random(around: middle, using: &random), zone, fixture)
                    }
                }
            }
        }
    }

    private func expectAgreement(
        _ model: ContactTimeModel, _ question: ContactTimeModel.Question, _ zone: String, _ fixture: BookingFixture
    ) async throws {
        let (result, longest) = try await fixture.contactTime(question, zone: zone)
        let moves = model.moves(from: question.at)
        // The comment is created lazily, since it is slower than the comparison.
        func note() -> Comment { "\(zone) \(question) \(model.hours) \(moves)" }
        if let result, result != question.at {
            #expect(model.open(result) != nil, note())
            #expect(result < question.at ? result > question.earliest : result < question.latest, note())
            #expect(abs(result - question.at) <= longest, note())
        }
        let edges = [moves.before, moves.after].compactMap(\.self)
        guard !edges.contains(where: model.isChanging) else { return }
        #expect(result == model.time(question, moves: moves), note())
    }

    /// Returns the minutes of the zone's next two clock changes, or the current minute if it has none.
    private static func changes(of zone: String) throws -> [Int] {
        let zone = try #require(TimeZone(identifier: zone))
        guard let first = zone.nextDaylightSavingTimeTransition(after: BookingFixture.now),
            let second = zone.nextDaylightSavingTimeTransition(after: first)
        else { return [Int(BookingFixture.now.timeIntervalSince1970) / 60] }
        return [first, second].map { Int($0.timeIntervalSince1970) / 60 }
    }

    @Test("does not send in an hour that a clock change skips")
    func leap() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            try await fixture.database.query("DELETE FROM contact_hours")
            try await fixture.database.query(
                """
                INSERT INTO contact_hours (region, channel, weekday, opens, closes)
                SELECT '*', 'sms', weekday, '01:00', '02:30' FROM generate_series(1, 7) AS weekday
                """)
            // On the 14th the clock skips from two to three. A moved message is sent half an hour before the hours end.
            let times = try await fixture.database.query(
                """
                SELECT to_char(
                    contact_time(at, '-infinity', 'infinity', 'America/Los_Angeles', 'US', 'sms')
                        AT TIME ZONE 'America/Los_Angeles', 'DD HH24:MI')
                FROM (VALUES ('2027-03-13 05:00-08'::timestamptz), ('2027-03-14 05:00-07'), ('2027-03-15 05:00-07'))
                    AS asked (at)
                """
            ).decode(String.self)
            #expect(times == ["13 02:00", "14 01:00", "15 02:00"])
        }
    }

    @Test("uses the default hours for a region without its own, and no quiet hours for a channel without hours")
    func regions() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            try await fixture.database.query(
                """
                INSERT INTO contact_hours (region, channel, weekday, opens, closes)
                SELECT 'US', 'sms', day, CASE day WHEN 7 THEN time '12:00' ELSE time '09:00' END, '20:00'
                FROM generate_series(1, 7) AS day
                """)
            let times = try await fixture.database.query(
                """
                SELECT to_char(
                    contact_time(at, '-infinity', 'infinity', 'America/Los_Angeles', region, channel)
                        AT TIME ZONE 'America/Los_Angeles', 'Dy HH24:MI')
                FROM (VALUES
                    -- A Sunday at ten: too early in the United States only.
                    ('2027-01-03 10:00-08'::timestamptz, 'US', 'sms'), ('2027-01-03 10:00-08', 'CA', 'sms'),
                    ('2027-01-03 03:00-08', 'CA', 'sms'), ('2027-01-03 03:00-08', 'US', 'email')
                ) AS asked (at, region, channel)
                """
            ).decode(String.self)
            #expect(times == ["Sat 19:30", "Sun 10:00", "Sat 19:30", "Sun 03:00"])
        }
    }
}

/// The contact hours of the region, and the default hours.
private struct Table {
    let own: [ContactTimeModel.Hours]
    let others: [ContactTimeModel.Hours]

    var counting: [ContactTimeModel.Hours] { own.isEmpty ? others : own }

    static func random(using random: inout some RandomNumberGenerator) -> Table {
        Table(own: hours(using: &random), others: hours(using: &random))
    }

    private static func hours(using random: inout some RandomNumberGenerator) -> [ContactTimeModel.Hours] {
        let share = [0, 20, 60, 100].randomElement(using: &random) ?? 0
        return (1...7).flatMap { weekday in
            Int.random(in: 0..<100, using: &random) < share ? day(weekday, using: &random) : []
        }
    }

    /// Returns one or two random periods of a weekday.
    ///
    /// Long periods also begin at night, when clock changes are; a clock change skips at most an hour of them.
    private static func day(
        _ weekday: Int, using random: inout some RandomNumberGenerator
    ) -> [ContactTimeModel.Hours] {
        let length = [10, 20, 45, 120, 120, 120, 300, 600].randomElement(using: &random) ?? 120
        let opens =
            length == 120
            ? Int.random(in: 0...90, using: &random) / 5 * 5
            : Int.random(in: (length < 120 ? 240 : 0)...720, using: &random) / 5 * 5
        let first = ContactTimeModel.Hours(weekday: weekday, minutes: opens..<opens + length)
        let gap = Int.random(in: 0...200, using: &random)
        let rest = first.minutes.upperBound + gap
        guard Bool.random(using: &random), rest < 1440 else { return [first] }
        return [first, ContactTimeModel.Hours(weekday: weekday, minutes: rest..<1440)]
    }
}

extension ContactTimeModel.Question {
    fileprivate static func random(around middle: Int, using random: inout some RandomNumberGenerator) -> Self {
        let at = Int.random(in: middle - 1500..<middle + 1500, using: &random)
        let reach = [60, 600, 3000, 20_000]
        let (before, after) = (reach.randomElement(using: &random) ?? 60, reach.randomElement(using: &random) ?? 60)
        return ContactTimeModel.Question(
            at: at, earliest: at - Int.random(in: 0...before, using: &random),
            latest: at + Int.random(in: 0...after, using: &random))
    }
}

extension BookingFixture {
    fileprivate func write(_ table: Table) async throws {
        try await database.query("DELETE FROM contact_hours")
        for (region, hours) in [("US", table.own), ("*", table.others)] {
            try await database.query(
                """
                INSERT INTO contact_hours (region, channel, weekday, opens, closes)
                SELECT \(region), 'sms', weekday, time '00:00' + opens * interval '1 minute',
                       CASE closes WHEN 1440 THEN '24:00' ELSE time '00:00' + closes * interval '1 minute' END
                FROM unnest(
                    \(hours.map { Int32($0.isoWeekday) }), \(hours.map { Int32($0.minutes.lowerBound) }),
                    \(hours.map { Int32($0.minutes.upperBound) })
                ) AS given (weekday, opens, closes)
                """)
        }
    }

    /// Returns the result of the database and the longest quiet hours, in minutes.
    fileprivate func contactTime(
        _ question: ContactTimeModel.Question, zone: String
    ) async throws -> (result: Int?, longest: Int) {
        let instants = [question.at, question.earliest, question.latest].map {
            Date(timeIntervalSince1970: Double($0 * 60))
        }
        let (time, longest) = try await database.query(
            """
            SELECT contact_time(\(instants[0]), \(instants[1]), \(instants[2]), \(zone), 'US', 'sms'),
                   (extract(epoch FROM longest_quiet_hours('sms')) / 60)::integer
            """
        ).decode((Date?, Int32).self)[0]
        return (time.map { Int($0.timeIntervalSince1970) / 60 }, Int(longest))
    }
}
