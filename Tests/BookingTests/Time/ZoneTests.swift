import Foundation
import SeededRandom
import Testing

@testable import Booking

@Suite("Time zone names")
struct ZoneTests {
    @Test(
        "accepts zones of the IANA database",
        arguments: [
            "America/Los_Angeles", "Asia/Kolkata", "Europe/Kyiv", "US/Pacific", "America/Argentina/Buenos_Aires",
            " UTC ",
        ])
    func accepts(zone: String) throws {
        #expect(try StudioClock(timeZone: zone).identifier == zone.trimmingCharacters(in: .whitespaces))
    }

    @Test(
        "rejects names of offsets and unknown names",
        arguments: [
            "", "PST", "EST5EDT", "GMT+5", "GMT", "utc", "+05:30", "Mars/Phobos", "America/Los_Angeles\n", "America/",
            "/etc/passwd", "../../etc/passwd", "America/../UTC", "America/Los_Angeles\0",
        ])
    func refuses(typed: EscapedInput) {
        let zone = typed.text
        #expect { try StudioClock(timeZone: zone) } throws: { ($0 as? InvalidInput)?.field == "time zone" }
    }

    @Test(
        "suggests similar zones for an unknown zone, the most similar first",
        arguments: [
            ("America/Los_Angelos", "America/Los_Angeles"), ("america/new_york", "America/New_York"),
            ("America/Los Angeles", "America/Los_Angeles"), ("Los Angeles", "America/Los_Angeles"),
            ("Asia/Kolkatta", "Asia/Kolkata"), ("pst", "America/Los_Angeles"), ("utc", "UTC"),
        ])
    func suggests(zone: String, nearest: String) {
        #expect(ZoneNames.near(zone).first == nearest)
        #expect(ZoneNames.near(zone).count <= 3)
        #expect { try StudioClock(timeZone: zone) } throws: { ($0 as? InvalidInput)?.hint.contains(nearest) == true }
    }

    @Test("suggests nothing for text that is not similar to a zone", arguments: HostileText.all + ["Xyzzy/Plugh"])
    func suggestsNothing(typed: EscapedInput) {
        let text = typed.text
        #expect(ZoneNames.near(text).isEmpty)
        #expect(throws: InvalidInput.self) { try StudioClock(timeZone: text) }
    }

    @Test("suggests only zones that are accepted")
    func suggestsAcceptedZones() throws {
        for typed in ["Asia/Kathmandu2", "Europe/Kyiw", "America/Nuuq", "Asia/Yangoon", "America/Buenos_Aires", "UTD"] {
            for zone in ZoneNames.near(typed) { #expect(try StudioClock(timeZone: zone).identifier == zone) }
        }
    }

    @Test("returns the abbreviation in use at the time, or the last one with that offset")
    func namesByTime() {
        let losAngeles = ZoneAbbreviations(zone: "America/Los_Angeles")
        let year = 31_556_952
        #expect(losAngeles.abbreviation(at: -27 * year, offset: -25_200) == "PWT")
        #expect(losAngeles.abbreviation(at: 57 * year, offset: -25_200) == "PDT")
        #expect(losAngeles.abbreviation(at: 200 * year, offset: -25_200) == "PDT")
        #expect(losAngeles.abbreviation(at: 0, offset: 3600) == nil)
        #expect(ZoneAbbreviations(zone: "No/Such").abbreviation(at: 0, offset: 0) == nil)
    }

    @Test("does not read a damaged file past its end")
    func survivesBrokenFiles() throws {
        let file = try [UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/America/Los_Angeles")))
        #expect(ZoneAbbreviations(file: file).abbreviation(at: 1_796_144_400, offset: -28_800) == "PST")
        for length in 0..<file.count {
            _ = ZoneAbbreviations(file: Array(file.prefix(length))).abbreviation(at: 0, offset: -28_800)
        }
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            var broken = file
            for _ in 0..<20 {
                broken[Int.random(in: broken.indices, using: &generator)] = .random(
                    in: .min ... .max, using: &generator)
            }
            _ = ZoneAbbreviations(file: broken).abbreviation(at: 0, offset: -28_800)
        }
    }
}
