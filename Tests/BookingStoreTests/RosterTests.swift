import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Rosters and the sessions that they affect")
struct RosterTests {
    @Test("a studio's roster has the closures of days on which no trainer works")
    func closure() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer(hours: "mon-fri 09:00-17:00")
            let sunday = try LocalDate("2027-01-10")
            _ = try await fixture.administration.close(
                studio: studio.handle,
                Closure(
                    from: try BookingFixture.instant("2027-01-10 00:00", at: studio),
                    until: try BookingFixture.instant("2027-01-11 00:00", at: studio), reason: "water main"))
            let roster = try await fixture.database.withConnection {
                try await RosterRepository($0).roster(at: studio.id, on: sunday...sunday)
            }
            #expect(roster.shifts.isEmpty)
            #expect(roster.closures.map(\.reason) == ["water main"])
        }
    }

    @Test("as many sessions need a new time as the lists of all studios have")
    func count() async throws {
        try await withBookingFixture { fixture in
            let studios = [try await addStudio("downtown", in: fixture), try await addStudio("uptown", in: fixture)]
            let maria = try await fixture.addTrainer("maria", hours: "daily 00:00-24:00")
            let sarah = try await fixture.addTrainer("sarah", at: "uptown", hours: "daily 00:00-24:00")
            // Across midnight, and before and after the clock change on March 14.
            for (number, start) in [
                "2027-01-05 10:00", "2027-01-05 23:50", "2027-03-14 01:40", "2027-03-14 03:30", "2027-03-15 16:50",
            ].enumerated() {
                try await fixture.book(studios[0], start, for: "m\(number)@example.com", with: maria, because: "test")
                try await fixture.book(studios[1], start, for: "s\(number)@example.com", with: sarah, because: "test")
            }
            try await fixture.administration.set(
                try WeeklyHours(parsing: "daily 09:00-17:00"), of: maria.handle, at: nil, from: nil, until: nil,
                now: .distantPast)
            _ = try await fixture.administration.away(
                sarah.handle, from: try BookingFixture.instant("2027-03-14 00:00", at: studios[1]),
                until: try BookingFixture.instant("2027-03-15 00:00", at: studios[1]), reason: nil)
            let (count, listed) = try await fixture.database.withConnection { connection in
                let sessions = SessionRepository(connection)
                var listed: [Session] = []
                for studio in studios { listed += try await sessions.affected(at: studio.id, from: BookingFixture.now) }
                return (try await sessions.countAffected(from: BookingFixture.now), listed)
            }
            #expect(count == listed.count)
            // Of Maria's sessions only the first two on days with hours remain, of Sarah's those of the other days.
            #expect(listed.count == 6)
        }
    }

    private func addStudio(_ handle: String, in fixture: BookingFixture) async throws -> Studio {
        try await fixture.addStudio(handle) { $0.offer.horizonMinutes = 200 * 1440 }
    }
}
