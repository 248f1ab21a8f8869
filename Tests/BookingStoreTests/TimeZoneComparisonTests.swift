import Booking
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@testable import BookingStore

@Suite("Time zone comparison")
struct TimeZoneComparisonTests {
    private let winter = Date(timeIntervalSince1970: 1_798_545_600)  // 2026-12-29 12:00 UTC

    @Test("finds no difference between equal rules")
    func agreement() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            for zone in ["America/Phoenix", "America/New_York", "UTC"] {
                _ = try await fixture.addStudio(zone.lowercased().filter(\.isLetter), zone: zone)
            }
            let differences = try await fixture.database.withConnection {
                try await TimeZoneComparison.differences(on: $0, now: winter)
            }
            #expect(differences == [])
        }
    }

    @Test("finds the first day of a daylight saving time that only the binary has")
    func abolished() {
        let difference = TimeZoneComparison.firstDifference(
            in: "America/Los_Angeles", changes: [(0, -28_800)], from: winter)
        #expect(difference?.from.formatted(.iso8601) == "2027-03-14T12:00:00Z")
        #expect(difference?.databaseOffset == -28_800 && difference?.binaryOffset == -25_200)
    }

    @Test("finds a clock change that is on an earlier day in the database")
    func moved() {
        let changes = [(day: 0, offset: -28_800), (day: 68, offset: -25_200)]
        let difference = TimeZoneComparison.firstDifference(in: "America/Los_Angeles", changes: changes, from: winter)
        #expect(difference?.from.formatted(.iso8601) == "2027-03-07T12:00:00Z")
        #expect(difference?.databaseOffset == -25_200 && difference?.binaryOffset == -28_800)
    }
}
