import Booking
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@testable import Reminders

/// Tests that run the statements of messages on large tables, and check the server's scan counters.
@Suite("Query plans of messages on large tables")
struct MessagePlanTests {
    @Test("reads the ledger and due messages by index")
    func reminders() async throws {
        try await withLargeDataset { fixture, _, _ in
            let (from, reference) = (BookingFixture.now, try Reference("000004D2"))
            try await fixture.expectIndexes("ledger") {
                _ = try await LedgerRepository($0).entries(of: reference, status: nil)
            }
            try await fixture.expectIndexes("due") {
                _ = try await DeliveryRepository($0).countDue(by: .email, until: from, now: from, limit: 100)
            }
            try await fixture.expectIndexes("claim") {
                let run = try await DeliveryRepository($0).openRun(actor: "test")
                _ = try await DeliveryRepository($0).take(run, by: .email, until: from, now: from, limit: 100)
            }
            try await fixture.expectIndexes("account") {
                _ = try await LedgerRepository($0).history(of: reference, now: from)
            }
            try await fixture.expectIndexes("what a session's messages wait for") {
                _ = try await LedgerRepository($0).evaluatedEntries(of: reference, status: nil, now: from)
            }
            try await fixture.expectIndexes("what the messages written last wait for") {
                _ = try await LedgerRepository($0).evaluatedEntries(of: nil, status: nil, limit: 100, now: from)
            }
            try await fixture.expectIndexes("failed and unknown") {
                _ = try await DeliveryRepository($0).countFailedAndUnknown(since: from)
            }
            try await fixture.expectIndexes("sweep") { _ = try await DeliveryRepository($0).markAbandonedAsUnknown() }
            try await fixture.expectIndexes("plan") {
                _ = try await DeliveryRepository($0).plan(until: from, now: from)
            }
        }
    }

    @Test("checks blocked messages by index, and keeps them waiting")
    func blocked() async throws {
        try await withLargeDataset { fixture, studio, maria in
            try await fixture.database.query(
                """
                INSERT INTO time_off (trainer_id, during) VALUES (\(maria.id.value), '[2027-01-01, 2027-03-01)')
                """)
            try await fixture.database.query(
                """
                INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
                SELECT id, studio_id, 'one-day', 'email', 1, \(BookingFixture.now)
                FROM session
                WHERE trainer_id = \(maria.id.value) AND starts_at > \(BookingFixture.now)
                """)
            let taken = try await fixture.database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                let run = try await ledger.openRun(actor: "test")
                return try await ledger.take(
                    run, by: .email, until: BookingFixture.now, now: BookingFixture.now, limit: 10_000
                ).blocked
            }
            #expect(taken > 500)
            try await fixture.expectIndexes("release") {
                _ = try await DeliveryRepository($0).plan(until: BookingFixture.now, now: BookingFixture.now)
            }
            let waiting = try await fixture.database.query(
                "SELECT count(*) FROM message WHERE reason = 'trainer_away' AND wait_until > \(BookingFixture.now)"
            ).decode(Int.self)
            #expect(waiting == [taken])
        }
    }

    @Test("planning reads only sessions that may have due messages, not all future sessions")
    func planning() async throws {
        try await withLargeDataset { fixture, _, _ in
            // The first executions use custom plans, later ones may use a generic plan.
            for _ in 0..<7 {
                let read = try await fixture.database.transaction { connection in
                    let before = try await fetchedSessions(on: connection)
                    try await DeliveryRepository(connection).plan(until: BookingFixture.now, now: BookingFixture.now)
                    return try await fetchedSessions(on: connection) - before
                }
                #expect(
                    read < 3000,
                    "1,500 sessions may have due messages, and planned ones are read twice; 6,000 are later")
            }
        }
    }

    private func fetchedSessions(on connection: Connection) async throws -> Int64 {
        try await connection.query("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'session'")
            .decode(Int64.self)[0]
    }

    @Test("marks all rows of a message to a trainer by index if it bounced")
    func bounces() async throws {
        try await withLargeDataset { fixture, _, maria in
            let run = try await fixture.database.withConnection {
                try await DeliveryRepository($0).openRun(actor: "test")
            }
            let rows = try await fixture.database.query(
                """
                UPDATE message
                SET audience = 'trainer', trainer_id = \(maria.id.value), run_id = \(run), attempts = 1,
                    attempted_at = \(BookingFixture.now), recipient = 'maria@intro.test', subject = '2 changes', body = 'text'
                WHERE id IN (20001, 20101)
                RETURNING id, due_at
                """
            ).decode((Int64, Date).self)
            let first = try #require(rows.min { $0.1 < $1.1 }).0
            try await fixture.expectIndexes("bounce") {
                try await LedgerRepository($0).markBounced(first, diagnosis: "550 nobody")
            }
            let failed = try await fixture.database.query("SELECT id FROM message WHERE reason = 'bounced' ORDER BY id")
                .decode(Int64.self)
            #expect(failed == [20001, 20101])
        }
    }
}
