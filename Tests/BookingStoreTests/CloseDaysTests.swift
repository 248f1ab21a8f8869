import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Closing of past days")
struct CloseDaysTests {
    private static func instant(_ text: String) throws -> Date {
        try Date(text, strategy: .iso8601)
    }

    private static func close(_ fixture: BookingFixture, at now: String) async throws -> [String] {
        let now = try instant(now)
        return try await fixture.database.withConnection { try await CloseDays.close(at: now, on: $0) }
            .map { "\($0.studio) \($0.sessions)" }
    }

    private static func book(_ fixture: BookingFixture, _ studio: Studio, at start: String, for name: String)
        async throws
        -> Session
    {
        let address = try EmailAddress("\(name)@example.com")
        var request = BookingRequest(studio: studio, who: .email(address), start: try instant(start))
        request.newClient = ClientDetails(name: try PersonName(name), email: address, phone: nil)
        return try await fixture.desk.book(request, now: try instant("2026-11-30T16:00:00Z")).session
    }

    @Test("closes a day at midnight in the studio's time zone, and counts unmarked sessions without changing them")
    func midnight() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let ana = try await Self.book(fixture, studio, at: "2026-12-01T18:00:00Z", for: "ana")
            _ = try await Self.book(fixture, studio, at: "2026-12-01T19:00:00Z", for: "ben")
            _ = try await fixture.desk.close(ana.reference, as: .attended)
            // One minute to midnight in Los Angeles, and midnight.
            #expect(try await Self.close(fixture, at: "2026-12-02T07:59:00Z") == [])
            #expect(
                try await Self.close(fixture, at: "2026-12-02T08:00:00Z") == ["downtown 1"])
            #expect(try await Self.close(fixture, at: "2026-12-02T09:00:00Z") == [])
            let states = try await fixture.database.query("SELECT status FROM session ORDER BY id").decode(String.self)
            #expect(states == ["attended", "booked"])
        }
    }

    @Test("closes missed days later, each once")
    func catchUp() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            _ = try await Self.close(fixture, at: "2026-12-01T12:00:00Z")
            _ = try await Self.book(fixture, studio, at: "2026-12-02T18:00:00Z", for: "ana")
            #expect(
                try await Self.close(fixture, at: "2026-12-06T12:00:00Z") == ["downtown 1"])
            let days = try await fixture.database.query("SELECT day::text FROM closed_day ORDER BY day")
                .decode(String.self)
            #expect(
                days == ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05"])
        }
    }

    @Test("closes every day, also if the time zone of the connection skips a midnight")
    func skippedMidnight() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            try await fixture.addStudio()
            _ = try await Self.close(fixture, at: "2026-08-26T12:00:00Z")
            let now = try Self.instant("2026-09-10T12:00:00Z")
            let days = try await fixture.database.withConnection { connection in
                try await connection.execute(script: "SET timezone TO 'America/Santiago'")
                _ = try await CloseDays.close(at: now, on: connection)
                try await connection.execute(script: "RESET timezone")
                return try await connection.query("SELECT count(*), max(day)::text FROM closed_day")
                    .decode((Int64, String).self)[0]
            }
            #expect(days.0 == 16)
            #expect(days.1 == "2026-09-09")
        }
    }

    @Test("lists a past session as open until it is marked")
    func listed() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let ana = try await Self.book(fixture, studio, at: "2026-12-01T18:00:00Z", for: "ana")
            func openSessions(before instant: String) async throws -> [Reference] {
                let instant = try Self.instant(instant)
                return try await fixture.database.withConnection { connection in
                    try await SessionRepository(connection).leftOpen(at: studio.id, before: instant)
                }.map(\.reference)
            }
            #expect(try await openSessions(before: "2026-12-01T08:00:00Z") == [])
            #expect(try await openSessions(before: "2026-12-02T08:00:00Z") == [ana.reference])
            _ = try await fixture.desk.close(ana.reference, as: .noShow)
            #expect(try await openSessions(before: "2026-12-02T08:00:00Z") == [])
        }
    }
}
