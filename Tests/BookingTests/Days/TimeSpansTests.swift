import Booking
import Foundation
import Testing

@Suite("Periods of time")
struct TimeSpansTests {
    private func span(_ from: Int, _ until: Int) -> Range<Date> {
        Date(timeIntervalSince1970: Double(from))..<Date(timeIntervalSince1970: Double(until))
    }

    @Test("subtracting periods returns non-empty parts in order")
    func subtracting() {
        #expect(span(0, 10).subtracting([]) == [span(0, 10)])
        #expect(span(0, 10).subtracting([span(3, 5)]) == [span(0, 3), span(5, 10)])
        #expect(span(0, 10).subtracting([span(-5, 3), span(8, 20)]) == [span(3, 8)])
        #expect(
            span(0, 10).subtracting([span(6, 7), span(2, 3), span(1, 4)]) == [span(0, 1), span(4, 6), span(7, 10)])
        #expect(span(0, 10).subtracting([span(0, 10)]) == [])
        #expect(span(0, 10).subtracting([span(10, 20), span(-5, 0)]) == [span(0, 10)])
        #expect(span(0, 10).subtracting([span(5, 5)]) == [span(0, 10)])
        #expect(span(5, 5).subtracting([]) == [])
    }

    @Test("a period that ends at midnight does not include the next date")
    func dates() throws {
        let sample = try DaySample()
        func dates(_ from: String, _ until: String) throws -> [String] {
            let dates = sample.west.clock.dates(of: try sample.span(from, until))
            return [dates.lowerBound.description, dates.upperBound.description]
        }
        #expect(try dates("2026-12-01 09:00", "2026-12-01 10:00") == ["2026-12-01", "2026-12-01"])
        #expect(try dates("2026-12-01 23:30", "2026-12-02 00:30") == ["2026-12-01", "2026-12-02"])
        #expect(try dates("2026-12-01 23:30", "2026-12-01 24:00") == ["2026-12-01", "2026-12-01"])
        #expect(try dates("2026-12-01 00:00", "2026-12-01 00:00") == ["2026-12-01", "2026-12-01"])
    }

    @Test("a local day has 23, 24 or 25 hours depending on the clock change")
    func days() throws {
        let clock = try DaySample().west.clock
        func hours(_ date: String) throws -> Double {
            let day = clock.day(try LocalDate(date))
            return day.upperBound.timeIntervalSince(day.lowerBound) / 3600
        }
        #expect(try hours("2026-12-01") == 24)
        #expect(try hours("2026-03-08") == 23)
        #expect(try hours("2026-11-01") == 25)
    }
}
