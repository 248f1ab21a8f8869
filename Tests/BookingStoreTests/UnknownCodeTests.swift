import Booking
import BookingStoreTesting
import Postgres
import Testing

@testable import BookingStore

@Suite("Unknown stored codes")
struct UnknownCodeTests {
    @Test("throws an error for an unknown status")
    func status() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer("maria", hours: "daily 07:00-19:00")
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            try await fixture.database.withConnection { connection in
                try await connection.execute(
                    script: """
                        ALTER TABLE session DROP CONSTRAINT session_status_is_known;
                        SET LOCAL session_replication_role = replica;
                        UPDATE session SET status = 'half_booked';
                        """)
            }
            await #expect(throws: UnknownCode.self) {
                _ = try await fixture.database.withConnection {
                    try await SessionRepository($0).named(session.reference)
                }
            }
        }
    }
}
