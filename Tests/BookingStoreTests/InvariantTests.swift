import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Schema
import Testing

@Suite("Invariants of the stored data")
struct InvariantTests {
    @Test("a booking is made during the checks, whose snapshot does not contain it", arguments: [1, 3])
    func bookingDuringChecks(connections: Int) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "p0@example.com")
            let (_, counts) = try await InvariantSnapshot.check(
                Array(1...6), in: fixture.database, connections: connections
            ) { number, connection in
                try await fixture.book(studio, "2027-01-05 1\(number):30", for: "p\(number)@example.com")
                return try await connection.query("SELECT count(*) FROM session").decode(Int64.self)[0]
            }
            #expect(counts == [1, 1, 1, 1, 1, 1])
            #expect(try await fixture.database.query("SELECT count(*) FROM session").decode(Int64.self) == [7])
            try await expectInvariants(in: fixture, now: BookingFixture.now)
        }
    }

    @Test("the snapshot accepts no writes", arguments: [1, 3])
    func readOnly(connections: Int) async throws {
        try await withBookingFixture { fixture in
            let error = await #expect(throws: PostgresError.self) {
                try await InvariantSnapshot.check([1, 2], in: fixture.database, connections: connections) {
                    _, connection in
                    _ = try await connection.query("DELETE FROM session")
                }
            }
            #expect(error?.sqlState == "25006")
        }
    }

    @Test("references are those of all foreign keys")
    func references() async throws {
        try await withBookingFixture { fixture in
            let keys = try await fixture.database.query(
                """
                SELECT conrelid::regclass || '.' || attname || ' ' || confrelid::regclass
                FROM pg_constraint
                JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
                WHERE contype = 'f'
                ORDER BY 1
                """
            ).decode(String.self)
            #expect(Catalogue.references.map { "\($0.table).\($0.column) \($0.target)" }.sorted() == keys.sorted())
        }
    }
}

/// Expects that no invariant is violated.
func expectInvariants(in fixture: BookingFixture, now: Date, sourceLocation: SourceLocation = #_sourceLocation)
    async throws
{
    let context = InvariantContext(
        now: now,
        references: Catalogue.references.map { .init(table: $0.table, column: $0.column, target: $0.target) })
    let (_, bookings) = try await InvariantSnapshot.check(
        BookingInvariant.allCases, in: fixture.database, connections: 1
    ) { try await $0.result(on: $1, in: context) }
    for (invariant, result) in zip(BookingInvariant.allCases, bookings) {
        #expect(result.violations == 0, "\(invariant): \(result.examples)", sourceLocation: sourceLocation)
    }
    let (_, messages) = try await InvariantSnapshot.check(
        LedgerInvariant.allCases, in: fixture.database, connections: 1
    ) { try await $0.result(on: $1, now: now) }
    for (invariant, result) in zip(LedgerInvariant.allCases, messages) {
        #expect(result.violations == 0, "\(invariant): \(result.examples)", sourceLocation: sourceLocation)
    }
}
