import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import Reminders
import Testing

@Suite("Server backoff and quiet hours")
struct ServerBackoffTests {
    private static let busy = DeliveryOutcome.rejectedTemporarily(code: 421, reply: "421 too many connections")

    @Test("a server that rejects every session is paused, and text messages are sent")
    func everySession() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(6)
            try await fixture.addTexts(2)
            let (both, texts) = (Gate(), ScriptedTextTransport())
            let mail = ScriptedMailTransport { _ in
                await both.pass()
                return Self.busy
            }
            let batch = try fixture.batch(to: mail, texts: texts, connections: 2, mode: .periodic)
            Task {
                await mail.deliveries.reach(2)
                await both.open()
            }
            let report = try await batch.send(until: nil, limit: nil)
            #expect(report.deferred == [.email: "421 too many connections"])
            #expect(report.counts.isComplete && report.counts.failed == 6 && report.counts.sent == 2)
            let tried = await mail.deliveries.addresses.count
            #expect(tried == 2, "each session has been rejected once")
            // The channel is paused: the same runner does not connect.
            let next = try await batch.send(until: nil, limit: nil)
            #expect(next.counts.due == 0)
            #expect(await mail.deliveries.addresses.count == tried)
            let attempts = try await fixture.store.database.query(
                "SELECT sum(attempts) FROM message WHERE channel = 'email'"
            ).decode(Int64.self)
            #expect(attempts == [Int64(tried)])
            #expect(
                try await fixture.send(to: ScriptedMailTransport(), at: DeliveryFixture.now + 3600).counts.sent == 6)
        }
    }

    @Test("does not pause the channel if only one of two sessions is rejected")
    func oneSession() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(10)
            let mail = ScriptedMailTransport { $0 == "c1@example.com" ? Self.busy : .accepted(reply: "250") }
            let report = try await fixture.send(to: mail, connections: 2)
            #expect(report.deferred.isEmpty)
            #expect(report.counts.isComplete && report.counts.sent == 9 && report.counts.failed == 1)
            #expect(try await fixture.counts() == ["sent": 9, "queued rejected_for_now": 1])
        }
    }

    @Test("quiet-hours messages do not block deliverable ones")
    func sleepers() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(4)
            try await fixture.store.database.query("DELETE FROM message")
            try await fixture.addTexts(4)
            // It is 05:45 in Kathmandu; the messages to clients there were due first.
            try await fixture.store.database.query("UPDATE client SET time_zone = 'Asia/Kathmandu' WHERE id < 4")
            let texts = ScriptedTextTransport()
            let report = try await fixture.send(to: ScriptedMailTransport(), texts: texts, connections: 1)
            #expect(report.counts.isComplete && report.counts.sent == 1)
            #expect(await texts.deliveries.addresses == ["+12135550104"])
            #expect(try await fixture.counts() == ["sent": 1, "queued quiet_hours": 3])
            // It is 09:00 in Kathmandu at 03:15 UTC.
            let morning = DeliveryFixture.now + 11_700
            #expect(try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: morning - 60).counts.due == 0)
            #expect(try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: morning).counts.sent == 3)
        }
    }

    @Test("planning requests a delivery if the first message is in quiet hours")
    func planner() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(1)
            try await fixture.store.database.query("DELETE FROM message")
            try await fixture.addTexts(1)
            try await fixture.store.database.query("UPDATE client SET time_zone = 'Asia/Kathmandu'")
            let work = { @Sendable () async throws -> [Int] in
                try await fixture.store.database.withConnection { connection in
                    let ledger = DeliveryRepository(connection)
                    return [
                        try await ledger.countClaimable(by: .sms, until: DeliveryFixture.now, limit: 1),
                        try await ledger.countDue(
                            by: .sms, until: DeliveryFixture.now, now: DeliveryFixture.now, limit: 1
                        ).due,
                    ]
                }
            }
            #expect(try await work() == [1, 0])
            _ = try await fixture.batch(to: ScriptedMailTransport(), mode: .continuous).send(until: nil, limit: nil)
            #expect(try await work() == [0, 0])
        }
    }
}

extension DeliveryFixture {
    /// Adds a phone to clients, and a due text message for each.
    fileprivate func addTexts(_ count: Int) async throws {
        try await store.database.query(
            "UPDATE client SET phone = '+121355501' || lpad(id::text, 2, '0') WHERE id <= \(count)")
        try await store.database.query(
            """
            INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
            SELECT id, studio_id, 'one-day-sms', 'sms', revision, \(Self.now) - interval '1 hour' + id * interval '1 minute'
            FROM session
            WHERE client_id <= \(count)
            """)
    }
}
