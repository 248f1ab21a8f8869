import Booking
import SeededRandom
import Testing

@Suite("Duration input")
struct DurationInputTests {
    @Test(
        "converts units to minutes, and reads a number without a unit as minutes",
        arguments: [
            ("45", 45), ("90m", 90), ("2h", 120), ("1h30m", 90), ("1h 30m", 90), ("60d", 86_400), ("2 weeks", 20_160),
            ("1W2D3H4M", 13_144), (" 5 min ", 5), ("24 hours", 1440), ("1 hour 1 minute", 61),
            ("3660d", 5_270_400),
        ])
    func reads(text: String, minutes: Int) throws {
        #expect(try DurationInput.minutes(text) == minutes)
    }

    @Test(
        "rejects text that is not a duration, with the reason",
        arguments: [
            ("", "not a length"), ("h", "not a length"), ("2x", "not a length"), ("1h30", "not a length"),
            ("30m1h", "not a length"),
            ("1h1h", "not a length"), ("1.5h", "not a length"), ("2 h 3", "not a length"), ("5 5", "not a length"),
            ("1 day, 2h", "not a length"),
            ("+5", "not a length"),
            ("-5", "negative"), ("-2h", "negative"), ("0", "too short"), ("0m", "too short"), ("3661d", "too long"),
            ("11000000", "too long"),
            ("999999999w", "too long"), ("99999999999999999999", "not a length"), ("2h\n", "not a length"),
            ("２h", "not a length"),
        ])
    func refuses(typed: EscapedInput, problem: String) {
        let text = typed.text
        #expect { try DurationInput.minutes(text, field: "--notice") } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "--notice" && error.problem.contains(problem)
        }
    }

    @Test("accepts only durations in the caller's range")
    func limitsRange() throws {
        #expect(try DurationInput.minutes("0", in: 0...60) == 0)
        #expect { try DurationInput.minutes("61", in: 0...60) } throws: {
            ($0 as? InvalidInput)?.hint == "write 0m to 1h"
        }
    }

    @Test("a formatted duration parses to the same duration")
    func roundTrips() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<500 {
            let minutes = Int.random(in: 0...DurationInput.longest, using: &generator)
            #expect(
                try DurationInput.minutes(DurationInput.text(minutes: minutes), in: 0...DurationInput.longest)
                    == minutes)
        }
        #expect(DurationInput.text(minutes: 90) == "1h30m")
        #expect(
            [0, 1, 90, 120, 86_400].map(DurationInput.words) == [
                "0 minutes", "1 minute", "1 hour 30 minutes", "2 hours", "60 days",
            ])
        #expect(DurationInput.text(minutes: 86_400) == "60d")
    }

    @Test("rejects hostile text with a short error", arguments: HostileText.all)
    func refusesHostileText(typed: EscapedInput) {
        let text = typed.text
        #expect { try DurationInput.minutes(text) } throws: { ($0 as? InvalidInput)?.description.count ?? 999 < 200 }
    }
}
