import Booking
import BookingStoreTesting
import Foundation
import Postgres
import SeededRandom
import Testing

@testable import BookingStore
@testable import Reminders

@Suite("Validation of rules in Swift and in the database")
struct RuleSoundnessTests {
    private static let samples = 3000

    @Test("random rules are accepted by both or refused by both, and are read back unchanged")
    func agreement() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            var random = SeededGenerator(seed: 11)
            var accepted = 0
            for number in 0..<Self.samples {
                let rule = try Self.rule(number, using: &random)
                let isSound = (try? rule.validate()) != nil
                let kept = try await fixture.keep(rule)
                #expect((kept != nil) == isSound, "\(rule)")
                guard let kept else { continue }
                #expect(kept == rule)
                accepted += 1
            }
            // The sample must contain both accepted and refused rules.
            #expect((Self.samples / 40...Self.samples / 2).contains(accepted))
        }
    }

    private static func rule(_ number: Int, using random: inout SeededGenerator) throws -> ReminderRule {
        let lags = [0, 0, 0, 1, -1, 3, -3, 365, -365, 366, -366]
        let minutes = [0, 0, 0, 30, -30, 1440, -1440, 1441, -1441]
        let times = try [nil, nil, LocalTime("00:00"), LocalTime("18:00"), LocalTime("24:00")]
        let since = [nil, BookingFixture.now]
        return ReminderRule(
            key: try Handle("rule-\(number)"), anchor: one(ReminderRule.Anchor.allCases, &random),
            offset: RuleOffset(days: one(lags, &random), minutes: one(minutes, &random)), time: one(times, &random),
            channel: one(Channel.allCases, &random), audience: one(Audience.allCases, &random),
            template: try Handle("one-day"),
            condition: one([nil, nil, nil] + ReminderRule.Condition.allCases, &random),
            isEnabled: one([true, false], &random), since: one(since, &random))
    }

    private static func one<Value>(_ values: [Value], _ random: inout SeededGenerator) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    @Test("every built-in rule is valid, and has the expected description")
    func builtIn() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            let rules = try await fixture.database.withConnection { try await RuleRepository($0).all().rules }
            for rule in rules { try rule.validate() }
            #expect(
                rules.map { "\($0.key) \($0.channel) \($0.audience): \($0.when)" } == [
                    "attended email client: 1d after the end, at 09:00",
                    "call-back email studio: when a call is asked for",
                    "cancelled email client: when cancelled", "confirmation email client: when booked",
                    "no-show email client: 1d after the end, at 09:00", "one-day email client: 1d before the start",
                    "one-day-sms sms client: 1d before the start", "rebooked email client: when reinstated",
                    "rescheduled email client: when moved",
                    "three-days email client: 3d before the start",
                    "trainer-booked email trainer: when booked after the daily schedule",
                    "trainer-cancelled email trainer: when cancelled after the daily schedule",
                    "trainer-changed email client: when the trainer changes",
                    "trainer-digest email trainer: 1d before each day, at 18:00",
                    "trainer-moved email trainer: when moved after the daily schedule",
                    "two-hours sms client: 2h before the start",
                ])
        }
    }
}

extension BookingFixture {
    /// Stores a rule and returns it as read from the database; returns `nil` if a constraint refuses it.
    fileprivate func keep(_ rule: ReminderRule) async throws -> ReminderRule? {
        do {
            return try await database.transaction { connection in
                let rules = RuleRepository(connection)
                try await rules.insert(rule)
                return try await rules.named(rule.key, at: nil)
            }
        } catch let error as PostgresError where error.sqlState == "23514" {
            return nil
        }
    }
}
