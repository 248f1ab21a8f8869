import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@testable import Reminders

@Suite("Delivery after a database restore", .timeLimit(.minutes(30)))
struct RestoreTests {
    /// Senders with one journal each, and a ledger that can be restored.
    private struct RestoreScenario {
        let fixture: DeliveryFixture
        let homes = [try? ScratchFolder(), try? ScratchFolder(), try? ScratchFolder()].compactMap(\.self)
        let transport = ScriptedMailTransport()
        let log = CapturedLog()

        init(_ fixture: DeliveryFixture) { self.fixture = fixture }

        /// Runs a process that starts, sends and ends.
        @discardableResult
        func send(
            _ sender: Int = 0, limit: Int? = nil, at now: Date = DeliveryFixture.now,
            to other: ScriptedMailTransport? = nil
        ) async throws -> DeliveryRun.Report {
            try await fixture.batch(
                to: other ?? transport, connections: 1, at: now, journal: AttemptJournal(home: homes[sender].path),
                host: "host\(sender)", logger: log.logger
            ).send(until: nil, limit: limit)
        }

        /// Saves the ledger for ``restore(identity:)``.
        func backUp() async throws {
            try await fixture.store.database.query(
                """
                CREATE TABLE backup AS
                SELECT id, status, reason, attempts, attempted_at, run_id, sent_at, recipient, wait_until FROM message
                """)
            try await fixture.store.database.query(
                "CREATE TABLE senders AS SELECT * FROM delivery_sender")
        }

        /// Restores the ledger; with another identity, as in another cluster.
        func restore(identity: Bool) async throws {
            let database = fixture.store.database
            try await database.query(
                """
                UPDATE message AS m
                SET status = b.status, reason = b.reason, attempts = b.attempts, attempted_at = b.attempted_at,
                    run_id = b.run_id, sent_at = b.sent_at, recipient = b.recipient, wait_until = b.wait_until,
                    reply = NULL, subject = NULL, body = NULL
                FROM backup AS b
                WHERE b.id = m.id
                """)
            try await database.query(
                "DELETE FROM delivery_run AS r WHERE NOT EXISTS (SELECT FROM message AS m WHERE m.run_id = r.id)")
            if identity { try await database.query("UPDATE delivery_epoch SET system_identifier = 1") }
        }

        /// The addresses that received more than one message.
        var duplicates: [String] {
            get async {
                let addresses = await transport.deliveries.addresses
                return Dictionary(grouping: addresses) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
            }
        }
    }

    private func withScenario(_ count: Int = 6, _ body: (RestoreScenario) async throws -> Void) async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(count)
            try await body(RestoreScenario(fixture))
        }
    }

    @Test("a first start, a restart and several senders are not taken for a restore")
    func noFalseAlarm() async throws {
        try await withScenario { scenario in
            for sender in [0, 0, 1, 0, 2] { try await scenario.send(sender, limit: 1) }
            let report = try await scenario.send()
            #expect(report.restored == 0 && report.held == nil && report.counts.sent == 1)
            #expect(try await scenario.fixture.counts() == ["sent": 6])
            #expect(!scenario.log.text.contains("restored"))
            let epochs = try await scenario.fixture.store.database.query("SELECT cause FROM delivery_epoch")
            #expect(try epochs.decode(String.self) == ["created"])
        }
    }

    @Test("marks messages in the journal as unknown, and sends the others", arguments: [true, false])
    func restored(identity: Bool) async throws {
        try await withScenario { scenario in
            try await scenario.send(limit: 1)
            try await scenario.backUp()
            try await scenario.send(limit: 3)
            try await scenario.restore(identity: identity)
            let report = try await scenario.send()
            #expect(report.restored == 3 && report.held == nil && report.counts.sent == 2)
            #expect(try await scenario.fixture.counts() == ["sent": 3, "unknown restored": 3])
            #expect(await scenario.duplicates.isEmpty)
            #expect(scenario.log.text.contains(identity ? "database_changed" : "journal_ahead"))
            #expect(!scenario.log.text.contains("@example.com"))
            let again = try await scenario.send()
            #expect(again.restored == 0 && again.counts.due == 0)
        }
    }

    @Test("sends messages that no transport accepted, despite attempts before the backup")
    func notTaken() async throws {
        try await withScenario(3) { scenario in
            let full = ScriptedMailTransport { address in
                address.hasPrefix("c1@") ? .accepted(reply: "250") : .rejectedTemporarily(code: 452, reply: "452 later")
            }
            try await scenario.send(limit: 1, to: full)
            // The second message was attempted and postponed before the backup, and is attempted again afterwards; so
            // is the third.
            try await scenario.send(limit: 1, to: full)
            try await scenario.backUp()
            try await scenario.send(to: full)
            try await scenario.restore(identity: true)
            let report = try await scenario.send()
            #expect(report.restored == 0 && report.counts.sent == 2)
            #expect(try await scenario.fixture.counts() == ["sent": 3])
        }
    }

    @Test("marks messages as unknown that were planned and sent after the backup")
    func unplanned() async throws {
        try await withDeliveryFixture { fixture in
            let scenario = RestoreScenario(fixture)
            try await fixture.book("2027-01-12 10:00", now: DeliveryFixture.now)
            try await scenario.send()
            try await scenario.backUp()
            let before = DeliveryFixture.now + 9.9 * 86_400
            try await scenario.send(at: before)
            #expect(await scenario.transport.deliveries.addresses.count == 2)
            try await fixture.store.database.query("DELETE FROM message WHERE id NOT IN (SELECT id FROM backup)")
            try await scenario.restore(identity: true)
            let report = try await scenario.send(at: before + 60)
            #expect(report.restored == 1 && report.counts.sent == 0)
            #expect(await scenario.transport.deliveries.addresses.count == 2)
        }
    }

    @Test("holds messages until all senders have compared their journals, but not those due later")
    func waits() async throws {
        try await withScenario { scenario in
            try await scenario.send(1, limit: 1)
            try await scenario.send(0, limit: 1)
            try await scenario.backUp()
            try await scenario.send(1, limit: 2)
            try await scenario.restore(identity: true)
            let later = DeliveryFixture.now + 60
            let first = try await scenario.send(0, at: later)
            #expect(first.counts.due == 0 && first.held?.count == 4 && first.held?.reason == .reconciling)
            #expect(first.held?.hosts == ["host1"])
            try await scenario.fixture.book("2027-01-20 10:00", for: "new@example.com", now: later + 60)
            let second = try await scenario.send(0, at: later + 60)
            #expect(second.counts.sent == 1 && second.held?.count == 4)
            let other = try await scenario.send(1, at: later + 120)
            #expect(other.restored == 2 && other.held == nil && other.counts.sent == 2)
            #expect(await scenario.duplicates.isEmpty)
        }
    }

    @Test("waits ten minutes at most for other senders")
    func tenMinutes() async throws {
        try await withScenario { scenario in
            try await scenario.send(1, limit: 1)
            try await scenario.send(0, limit: 1)
            try await scenario.backUp()
            try await scenario.restore(identity: true)
            let database = scenario.fixture.store.database
            #expect(try await scenario.send(0).held?.count == 4)
            try await database.query("UPDATE delivery_epoch SET noticed_at = now() - interval '9 minutes'")
            // Without a journal: one that knows the epoch would take the changed time for a restore.
            #expect(try await scenario.fixture.send(to: scenario.transport).held?.count == 4)
            try await database.query("UPDATE delivery_epoch SET noticed_at = now() - interval '10 minutes'")
            #expect(try await scenario.fixture.send(to: scenario.transport).counts.sent == 4)
        }
    }

    @Test("does not wait for a sender that was last active a day before the others")
    func inactive() async throws {
        try await withScenario { scenario in
            try await scenario.send(1, limit: 1)
            try await scenario.fixture.store.database.query(
                "UPDATE delivery_sender SET last_active_at = now() - interval '25 hours'")
            try await scenario.send(0, limit: 1)
            try await scenario.backUp()
            try await scenario.restore(identity: true)
            #expect(try await scenario.send(0).counts.sent == 4)
        }
    }

    @Test("holds messages while a sender's journal is missing, until that sender runs again")
    func missing() async throws {
        try await withScenario { scenario in
            try await scenario.send(0, limit: 1)
            try await scenario.backUp()
            try await scenario.send(0, limit: 2)
            try await scenario.restore(identity: true)
            let first = try await scenario.send(1)
            #expect(first.held?.reason == .held && first.held?.count == 5 && first.held?.hosts == ["host0"])
            #expect(scenario.log.text.contains("messages are held"))
            let database = scenario.fixture.store.database
            try await database.query("UPDATE delivery_epoch SET noticed_at = now() - interval '1 day'")
            #expect(try await scenario.fixture.send(to: scenario.transport).held?.count == 5)
            try await database.query("UPDATE delivery_epoch SET noticed_at = now() WHERE due_before IS NOT NULL")
            let reasons = try await database.withConnection {
                try await LedgerRepository($0).evaluatedEntries(of: nil, status: "queued", now: DeliveryFixture.now)
            }.map(\.reason)
            #expect(reasons.count == 5 && reasons.allSatisfy { $0 == .held })
            let found = try await scenario.send(0)
            #expect(found.restored == 2 && found.held == nil && found.counts.sent == 3)
            #expect(await scenario.duplicates.isEmpty)
        }
    }

    @Test("an operator marks messages as unknown or releases them, and both are logged")
    func decided() async throws {
        for decision in [DeliveryReconciliation.Decision.hold(sentSince: DeliveryFixture.now), .release] {
            try await withScenario { scenario in
                let database = scenario.fixture.store.database
                try await database.query("UPDATE message SET due_at = due_at - interval '1 hour' WHERE id % 3 = 0")
                try await scenario.send(0, limit: 1)
                try await scenario.backUp()
                try await scenario.restore(identity: true)
                try await scenario.send(1)
                let desk = DeliveryReconciliation(database: database, actor: "operator")
                // A message that waits for the end of quiet hours was not sent.
                try await database.query(
                    """
                    UPDATE message
                    SET wait_until = \(DeliveryFixture.now + 3600)
                    WHERE id = (SELECT max(id) FROM message WHERE due_at = \(DeliveryFixture.now))
                    """)
                let preview = try await desk.settle(decision, dryRun: true, now: DeliveryFixture.now + 60)
                #expect(try await scenario.fixture.counts() == ["sent": 1, "queued": 5])
                let settled = try await desk.settle(decision, dryRun: false, now: DeliveryFixture.now + 60)
                #expect(preview.unknown == settled.unknown && preview.released == settled.released)
                #expect(settled.unknown == (decision == .release ? 0 : 3) && settled.released == 5 - settled.unknown)
                #expect(settled.messages.count == 5)
                let report = try await scenario.send(1, at: DeliveryFixture.now + 120)
                #expect(report.held == nil && report.counts.sent == settled.released)
                let events = try await database.query(
                    "SELECT actor, action FROM event WHERE subject = 'delivery_epoch' ORDER BY id"
                ).decode((String, String).self)
                #expect(events.map(\.0) == ["test", "operator"] && events.map(\.1) == ["insert", "update"])
                #expect(try await desk.settle(decision, dryRun: false, now: DeliveryFixture.now).messages.isEmpty)
            }
        }
    }

    @Test("holds all messages after a change that no sender has detected")
    func unnoticed() async throws {
        try await withScenario { scenario in
            try await scenario.send(0, limit: 1)
            try await scenario.fixture.store.database.query("UPDATE delivery_epoch SET timeline = timeline + 1")
            // A sender without a journal does not detect the change, like one whose connection a pooler has moved to
            // the new primary.
            #expect(try await scenario.fixture.send(to: scenario.transport).held?.count == 5)
            #expect(try await scenario.fixture.counts() == ["sent": 1, "queued": 5])
            #expect(try await scenario.send(0).counts.sent == 5)
        }
    }

    @Test("detects a restore by the journal if the identity cannot be read")
    func unreadable() async throws {
        try await withScenario { scenario in
            let database = scenario.fixture.store.database
            try await scenario.send(limit: 1)
            try await database.query("UPDATE delivery_epoch SET system_identifier = NULL, timeline = NULL")
            try await scenario.backUp()
            try await scenario.send(limit: 2)
            try await scenario.restore(identity: false)
            #expect(try await scenario.send().restored == 2)
            #expect(await scenario.duplicates.isEmpty)
        }
    }

    @Test("sends nothing if the journal cannot be written")
    func unwritable() async throws {
        try await withScenario { scenario in
            try Data().write(to: URL(filePath: "\(scenario.homes[0].path)/journal"))
            await #expect(throws: JournalError.self) { try await scenario.send() }
            #expect(try await scenario.fixture.counts() == ["queued": 6])
            #expect(await scenario.transport.deliveries.addresses.isEmpty)
        }
    }
}
