import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Cached query plans")
struct PlanCacheTests {
    @Test("the statements of a booking use generic plans after the first bookings")
    func keptStatements() async throws {
        try await withLargeDataset { fixture, studio, maria in
            let slots = try await fixture.database.withConnection {
                try await SlotRepository($0).open(
                    at: studio, with: maria.id, from: BookingFixture.now + 86_400,
                    until: BookingFixture.now + 20 * 86_400,
                    now: BookingFixture.now, limit: 12)
            }
            try #require(slots.count == 12)
            for (number, slot) in slots.enumerated() {
                try await fixture.book(studio, slot.localStart, for: "new-\(number)@example.com", with: maria)
            }
            // PostgreSQL makes five custom plans of a prepared statement before it considers a generic plan.
            let planned = try await fixture.database.query(
                "SELECT statement FROM pg_prepared_statements WHERE custom_plans > 5 AND statement <> ''"
            ).decode(String.self)
            #expect(planned == [])
        }
    }

    @Test("no scalar function that reads tables is in SQL, so that plans are cached")
    func keptPlans() async throws {
        try await withBookingFixture { fixture in
            // A scalar SQL function is planned again in every statement that calls it.
            let planned = try await fixture.database.query(
                """
                SELECT proname::text
                FROM pg_proc
                JOIN pg_language AS language ON language.oid = prolang
                WHERE pronamespace = 'public'::regnamespace
                  AND lanname = 'sql'
                  AND NOT proretset
                  AND prosrc ~ 'FROM'
                """
            ).decode(String.self)
            #expect(planned == [])
        }
    }

    @Test("functions that write do not set plan_cache_mode, which affects foreign key checks")
    func foreignKeys() async throws {
        try await withBookingFixture { fixture in
            // The setting of a function also applies to foreign key checks, which would be planned again for every row.
            // The functions of the jobs write tables without foreign keys.
            let keysOfJobs = try await fixture.database.query(
                "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'job%'"
            ).decode(String.self)
            #expect(keysOfJobs == [])
            let forcing = try await fixture.database.query(
                """
                SELECT proname::text
                FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace
                  AND provolatile = 'v'
                  AND proname !~ 'job|rate_limit'
                  AND array_to_string(proconfig, ' ') LIKE '%plan_cache_mode%'
                """
            ).decode(String.self)
            #expect(forcing == [])
        }
    }

    @Test("just-in-time compilation is off")
    func jit() async throws {
        try await withBookingFixture { fixture in
            let jit = try await fixture.database.query("SHOW jit").decode(String.self)
            #expect(jit == ["off"])
        }
    }
}
