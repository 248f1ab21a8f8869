import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting
import Reminders
import Testing

@Suite("Evaluation at the time of sending")
struct DeliveryRecheckTests {
    /// Changes to sessions between planning and sending, by session number, and the expected status in the ledger.
    ///
    /// The changes are made by SQL: the booking operations would skip the queued messages themselves, and delivery must
    /// not depend on that.
    private static let turns: [(sql: SQL, ending: String)] = [
        ("UPDATE session SET status = 'cancelled', revision = 2 WHERE id = 1", "skipped cancelled"),
        ("UPDATE session SET revision = 2 WHERE id = 2", "skipped rescheduled"),
        ("UPDATE session SET status = 'attended' WHERE id = 3", "skipped session_closed"),
        ("UPDATE session SET status = 'no_show' WHERE id = 4", "skipped session_closed"),
        (
            """
            UPDATE session
            SET starts_at = \(DeliveryFixture.now), occupied = tstzrange(\(DeliveryFixture.now), \(DeliveryFixture.now + 1800)),
                ends_at = \(DeliveryFixture.now + 1200)
            WHERE id = 5
            """, "skipped session_started"
        ),
        ("UPDATE client SET email = NULL, email_key = NULL, phone = '+12135550199' WHERE id = 6", "skipped no_email"),
        ("SELECT 'nothing happens to the seventh'", "sent"),
    ]

    @Test("skips messages whose session or client has changed, with the reason")
    func changed() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(Self.turns.count)
            for turn in Self.turns { try await fixture.store.database.query(turn.sql) }
            let transport = ScriptedMailTransport()
            let counts = try await fixture.send(to: transport).counts
            #expect(counts.isComplete && counts.skipped == 6 && counts.sent == 1)
            #expect(await transport.deliveries.addresses == ["c7@example.com"])
            let endings = try await fixture.store.database.query(
                "SELECT concat_ws(' ', status, reason) FROM message WHERE rule = 'confirmation' ORDER BY session_id"
            ).decode(String.self)
            #expect(endings == Self.turns.map(\.ending))
        }
    }

    @Test("cancelling or closing a session skips its queued messages")
    func frontDesk() async throws {
        try await withDeliveryFixture { fixture in
            let desk = fixture.store.desk
            let cancelled = try await fixture.book("2027-01-11 09:00")
            _ = try await desk.cancel(cancelled.reference, reason: nil, now: DeliveryFixture.now)
            let over = try await fixture.book("2027-01-11 10:00", for: "ben@example.com")
            _ = try await desk.close(over.reference, as: .noShow)
            let transport = ScriptedMailTransport()
            #expect(try await fixture.send(to: transport).counts.sent == 1)
            #expect(
                Set(try await fixture.ledger(of: cancelled)) == [
                    "confirmation 1 skipped cancelled", "three-days 1 skipped cancelled",
                    "one-day 1 skipped cancelled", "cancelled 2 sent",
                ])
            #expect(
                Set(try await fixture.ledger(of: over)) == [
                    "confirmation 1 skipped session_closed", "three-days 1 skipped session_closed",
                    "one-day 1 skipped session_closed", "no-show 1 queued",
                ])
        }
    }

    @Test("sends nothing after the start of a session, including its confirmation")
    func begun() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-05 09:00")
            let transport = ScriptedMailTransport()
            let report = try await fixture.send(to: transport, at: try fixture.instant("2027-01-05 09:00"))
            #expect(report.counts.due == report.counts.skipped)
            #expect(await transport.deliveries.addresses.isEmpty)
            #expect(Set(try await fixture.counts().keys) == ["skipped session_started"])
        }
    }

    @Test("skips the earlier of two due reminders after days without a run")
    func overtaken() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-11 09:00")
            let transport = ScriptedMailTransport()
            try await fixture.send(to: transport)
            // Both were due while no sender ran.
            try await fixture.send(to: transport, at: try fixture.instant("2027-01-10 12:00"))
            #expect(
                try await fixture.ledger() == [
                    "confirmation 1 sent", "three-days 1 skipped overtaken", "one-day 1 sent",
                ])
        }
    }

    @Test("sends a late reminder if no later one is due")
    func late() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-11 09:00")
            let transport = ScriptedMailTransport()
            try await fixture.send(to: transport)
            try await fixture.send(to: transport, at: try fixture.instant("2027-01-09 20:00"))
            #expect(try await fixture.ledger() == ["confirmation 1 sent", "three-days 1 sent", "one-day 1 queued"])
        }
    }

    @Test("evaluates a session that changes during the delivery of another message")
    func changedInMidBatch() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(2)
            let database = fixture.store.database
            let transport = ScriptedMailTransport { address in
                guard address == "c1@example.com" else { return .accepted(reply: "250") }
                do {
                    try await database.query(
                        "UPDATE session SET status = 'cancelled', revision = 2 WHERE reference = '00000002'")
                    return .accepted(reply: "250")
                } catch {
                    return .unknown(reason: "\(error)")
                }
            }
            let report = try await fixture.send(to: transport, connections: 1)
            #expect(report.counts.sent == 1)
            #expect(report.counts.skipped == 1)
            #expect(await transport.deliveries.addresses == ["c1@example.com"])
        }
    }
}
