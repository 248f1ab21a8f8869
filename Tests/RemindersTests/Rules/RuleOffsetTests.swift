import Booking
import Reminders
import SeededRandom
import Testing

@Suite("Rule offsets")
struct RuleOffsetTests {
    @Test(
        "parses calendar days and minutes with one sign",
        arguments: [
            ("0", RuleOffset.none), ("-0", .none), ("+0m", .none), ("-3d", RuleOffset(days: -3, minutes: 0)),
            ("-2h", RuleOffset(days: 0, minutes: -120)), ("+1d", RuleOffset(days: 1, minutes: 0)),
            ("1d12h", RuleOffset(days: 1, minutes: 720)),
            ("-1d12h30m", RuleOffset(days: -1, minutes: -750)), (" 24h ", RuleOffset(days: 1, minutes: 0)),
            ("90", RuleOffset(days: 0, minutes: 90)),
            ("-365d", RuleOffset(days: -365, minutes: 0)), ("-2 weeks", RuleOffset(days: -14, minutes: 0)),
        ])
    func reads(text: String, offset: RuleOffset) throws {
        #expect(try RuleOffset(text) == offset)
    }

    @Test(
        "rejects invalid offsets, and offsets longer than a year",
        arguments: [
            "", "-", "+", "--2h", "+-2h", "- ", "tomorrow", "366d", "-365d1m", "1.5h", "2h-", "99999999999999999999d",
        ])
    func refuses(text: String) {
        #expect { try RuleOffset(text, field: "--offset") } throws: { ($0 as? InvalidInput)?.field == "--offset" }
    }

    @Test(
        "describes a local time on the day of the event without an offset",
        arguments: [
            (ReminderRule.Anchor.start, "-0", "08:00", "on the day of the start, at 08:00"),
            (.start, "-1d", "08:00", "1d before the start, at 08:00"), (.start, "0", nil, "at the start"),
            (.end, "0", "20:00", "on the day of the end, at 20:00"), (.end, "0", nil, "at the end"),
            (.day, "0", "07:00", "on each day, at 07:00"), (.day, "-1d", "18:00", "1d before each day, at 18:00"),
        ] as [(ReminderRule.Anchor, String, String?, String)])
    func describes(anchor: ReminderRule.Anchor, offset: String, time: String?, text: String) throws {
        let rule = ReminderRule(
            key: try Handle("test"), anchor: anchor, offset: try RuleOffset(offset),
            time: try time.map { try LocalTime($0) }, channel: .email, template: try Handle("test"))
        #expect(rule.when == text)
    }

    @Test("parses the description of an offset to the same value")
    func readsBack() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let sign = Bool.random(using: &random) ? 1 : -1
            let offset = RuleOffset(
                days: sign * Int.random(in: 0..<365, using: &random),
                minutes: sign * Int.random(in: 0..<1440, using: &random))
            #expect(try RuleOffset(offset.description) == offset)
        }
    }
}
