import Booking
import Foundation
import Testing

@testable import intro

@Suite("truncated lists")
struct TruncatedListTests {
    @Test(
        "suggests a sufficient round number as the limit",
        arguments: [
            (2, 100), (100, 100), (101, 200), (201, 500), (501, 1000), (1001, 2000), (2600, 5000), (9999, 10_000),
        ])
    func limits(total: Int, limit: Int) {
        #expect(TruncatedList(shown: 1, total: total).text == "\(total - 1) more: --limit \(limit)")
    }

    @Test("suggests no limit above the largest, and reports an incomplete count as a minimum")
    func bounds() {
        #expect(TruncatedList(shown: 20, total: 150, largestLimit: 120).text == "130 more")
        #expect(
            TruncatedList(shown: 20, total: 150, largestLimit: 120, narrowing: "--search TEXT").text
                == "130 more: --search TEXT")
        let large = TruncatedList(shown: 20, total: 20 + TruncatedList.countLimit + 1)
        #expect(large.text == "more than 10000 more: --limit 20000")
    }

    @Test("shows the date of the last entry only if it is on another day")
    func until() throws {
        let clock = try StudioClock(timeZone: "America/Los_Angeles")
        let last = Date(timeIntervalSince1970: 1_796_144_400)
        #expect(
            TruncatedList(shown: 20, total: 33, last: last, end: last + 3600, clock: clock, times: .iso).text
                == "13 more until 10:00: --limit 100")
        #expect(
            TruncatedList(shown: 20, total: 33, last: last, end: last + 86_400, clock: clock, times: .iso).text
                == "13 more until 2026-12-02 09:00: --limit 100")
        let people = TimeFormat.people(now: last, hourCycle: .twelve)
        #expect(
            TruncatedList(shown: 20, total: 33, last: last, end: last + 86_400, clock: clock, times: people).text
                == "13 more until Wed Dec 2, 9:00 AM: --limit 100")
    }

    @Test("names the zone and the studio of the last entry in a list of several studios")
    func place() throws {
        let clock = try StudioClock(timeZone: "America/New_York")
        let last = Date(timeIntervalSince1970: 1_796_144_400)
        let people = TimeFormat.people(now: last, hourCycle: .twelve)
        #expect(
            TruncatedList(
                shown: 2, total: 14, last: last, end: last + 3600, clock: clock, place: "Iron Brooklyn", times: people
            ).text == "12 more until Tue Dec 1, 1:00 PM EST at Iron Brooklyn: --limit 100")
    }

    @Test("counts the entries only if the list is full")
    func counting() async throws {
        let short = try await TruncatedList(shown: 2, limit: 3) { _ in throw CancellationError() }
        #expect(short == nil)
        let exact = await TruncatedList(shown: 3, limit: 3) { _ in 3 }
        #expect(exact == nil)
        let cut = await TruncatedList(shown: 3, limit: 3) { _ in 5 }
        #expect(cut?.text == "2 more: --limit 100")
    }
}
