import Booking
import Foundation
import SeededRandom
import Testing

@Suite("RFC 3339 timestamps")
struct RFC3339Tests {
    @Test("formats an instant in UTC with whole seconds")
    func writes() {
        #expect(RFC3339.string(Date(timeIntervalSince1970: 1_796_144_400)) == "2026-12-01T17:00:00Z")
        #expect(RFC3339.string(Date(timeIntervalSince1970: 1_796_144_400.999)) == "2026-12-01T17:00:00Z")
        #expect(RFC3339.string(Date(timeIntervalSince1970: -0.5)) == "1969-12-31T23:59:59Z")
    }

    @Test(
        "parses offsets, fractions and lower-case letters",
        arguments: [
            "2026-12-01T17:00:00Z", "2026-12-01t17:00:00z", "2026-12-01T09:00:00-08:00", "2026-12-02T04:00:00+11:00",
            "2026-12-01T17:00:00.123456789Z", "2026-12-01T17:00:00-00:00",
        ])
    func reads(text: String) {
        #expect(RFC3339.parse(text) == Date(timeIntervalSince1970: 1_796_144_400))
    }

    @Test(
        "rejects other formats",
        arguments: [
            "2026-12-01", "2026-12-01T17:00Z", "2026-12-01 17:00:00Z", "2026-12-01T17:00:00", " 2026-12-01T17:00:00Z",
            "2026-12-01T17:00:00Z\n", "2026-12-01T24:00:00Z", "2026-12-01T17:60:00Z", "2026-12-01T17:00:60Z",
            "2026-02-30T17:00:00Z", "2026-12-01T17:00:00+0800", "2026-12-01T17:00:00+24:00", "2026-12-01T17:00:00.Z",
            "2026-12-01T17:00:00.1234567890Z", "1969-12-01T17:00:00Z", "2201-12-01T17:00:00Z",
            "2026-12-01T17:00:00Zulu",
        ] + HostileText.all)
    func refuses(typed: EscapedInput) {
        let text = typed.text
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("a formatted instant parses to the same instant, and agrees with Foundation")
    func roundTrips() {
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<1000 {
            let instant = Date(timeIntervalSince1970: Double(Int.random(in: 0...7_289_654_399, using: &generator)))
            #expect(RFC3339.parse(RFC3339.string(instant)) == instant)
            #expect(RFC3339.string(instant) == instant.formatted(.iso8601))
        }
    }
}
