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

@Suite("Delivery runs", .timeLimit(.minutes(30)))
struct BatchTests {
    @Test("respects the limit over several connections, and sends the longest due messages first")
    func limit() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(12)
            try await fixture.store.database.query(
                "UPDATE message SET due_at = due_at - session_id * interval '1 minute'")
            let transport = ScriptedMailTransport()
            let longest = (1...12).reversed().map { "c\($0)@example.com" }
            for (limit, total) in [(0, 0), (5, 5), (1, 6), (100, 12)] {
                let before = await transport.deliveries.addresses.count
                let counts = try await fixture.send(to: transport, connections: 4, limit: limit).counts
                #expect(counts.isComplete && counts.sent == total - before)
                let addresses = await transport.deliveries.addresses
                #expect(addresses.count == total)
                #expect(Set(addresses) == Set(longest.prefix(total)))
            }
        }
    }

    @Test("counts skipped messages towards the limit, and ends a run that only skips")
    func limitOfSkipped() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(12)
            try await fixture.store.database.query("UPDATE session SET status = 'no_show' WHERE id <= 11")
            let transport = ScriptedMailTransport()
            let first = try await fixture.send(to: transport, connections: 4, limit: 5).counts
            #expect(first.skipped == 5)
            #expect(first.due == 5)
            let rest = try await fixture.send(to: transport, connections: 4).counts
            #expect(rest.skipped == 6)
            #expect(rest.sent == 1)
            #expect(rest.isComplete)
        }
    }

    @Test("sends messages due later only if the run includes them")
    func until() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-12 09:00")
            let transport = ScriptedMailTransport()
            let batch = try fixture.batch(to: transport)
            #expect(try await batch.send(until: nil, limit: nil).counts.sent == 1)
            #expect(try await batch.send(until: nil, limit: nil).counts.due == 0)
            #expect(try await batch.send(until: fixture.instant("2027-01-09 09:00"), limit: nil).counts.sent == 1)
            #expect(try await fixture.ledger() == ["confirmation 1 sent", "three-days 1 sent", "one-day 1 queued"])
        }
    }

    @Test("a forecast counts the messages to send and to skip without writing")
    func forecast() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(6)
            try await fixture.store.database.query("UPDATE session SET status = 'no_show' WHERE id <= 2")
            let transport = ScriptedMailTransport()
            let batch = try fixture.batch(to: transport, at: DeliveryFixture.now + 7.5 * 86_400)
            let before = try await contents(fixture)
            let counts = try await batch.forecastReport(until: nil, limit: nil).counts
            // Six confirmations, and the three-day reminders that are not planned yet.
            #expect(counts.due == 10)
            #expect(counts.skipped == 2)
            #expect(try await batch.forecastReport(until: nil, limit: 3).counts.due == 3)
            #expect(try await contents(fixture) == before)
            #expect(await transport.deliveries.addresses.isEmpty)
            #expect(try await batch.send(until: nil, limit: nil).counts.due == 10)
        }
    }

    @Test("a run with a limit of 0 writes nothing, even if messages must be planned and a sender has crashed")
    func limitOfZero() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(6)
            try await fixture.store.database.query("INSERT INTO delivery_run (actor) VALUES ('crashed')")
            try await fixture.store.database.query(
                """
                UPDATE message
                SET status = 'attempting', run_id = delivery_run.id, attempts = 1,
                    attempted_at = \(DeliveryFixture.now), recipient = 'c1@example.com'
                FROM delivery_run
                WHERE message.id = 1
                """)
            let batch = try fixture.batch(to: ScriptedMailTransport(), at: DeliveryFixture.now + 7.5 * 86_400)
            let before = try await contents(fixture)
            let report = try await batch.send(until: nil, limit: 0)
            #expect(report.counts.due == 0 && report.counts.unknown == 0 && report.abandoned.isEmpty)
            #expect(try await contents(fixture) == before)
            #expect(try await batch.send(until: nil, limit: nil).counts.unknown == 1)
        }
    }

    private func contents(_ fixture: DeliveryFixture) async throws -> [String] {
        try await fixture.store.database.query(
            """
            SELECT m::text FROM message AS m
            UNION ALL SELECT s::text FROM session AS s
            UNION ALL SELECT r::text FROM delivery_run AS r
            UNION ALL SELECT e::text FROM event AS e
            ORDER BY 1
            """
        ).decode(String.self)
    }

    @Test("delivers each message once to a folder")
    func folder() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(50)
            let folder = try MailFolder()
            #expect(try await fixture.send(to: folder.transport, connections: 4).counts.sent == 50)
            #expect(try await fixture.send(to: folder.transport, connections: 4).counts.due == 0)
            let messages = try folder.messages()
            #expect(Set(messages.ids).count == 50)
            #expect(messages.count == 50)
            #expect(Set(messages.flatMap(\.recipients)) == Set((1...50).map { "c\($0)@example.com" }))
        }
    }

    @Test(
        "sends 500 messages over one connection for each session",
        .enabled(if: InstalledPrograms.python != nil, "python3 is missing"))
    func connections() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(500)
            // Replies are withheld until all sessions have connected: the first ones could otherwise send all messages.
            let server = try ScriptedServer(faults: [.at(.greeting, .hold)])
            defer { server.stop() }
            let timeouts = SMTPTimeouts(connect: .seconds(600), reply: .seconds(600), idle: .seconds(600))
            let transport = try transport(to: server.url, timeouts: timeouts)
            async let report = fixture.send(to: transport, connections: 4)
            try await server.accept(4)
            server.release()
            #expect(try await report.counts.sent == 500)
            #expect(try server.connections() == 4)
            let ids = try server.receivedMessages().ids
            #expect(ids.count == 500)
            #expect(Set(ids).count == 500)
        }
    }

    @Test("a cancelled run finishes the current message and leaves the rest queued")
    func cancellation() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(30)
            let gate = Gate()
            // The tenth message is the third of a batch of eight.
            let transport = ScriptedMailTransport { address in
                if address == "c10@example.com" { await gate.pass() }
                return .accepted(reply: "250")
            }
            let sender = Task { try await fixture.send(to: transport, connections: 1) }
            await transport.deliveries.reach(10)
            #expect(try await fixture.counts() == ["sent": 7, "attempting": 8, "queued": 15])
            sender.cancel()
            await gate.open()
            let counts = try await sender.value.counts
            #expect(counts.sent == 10)
            #expect(counts.due == 10)
            #expect(try await fixture.counts() == ["sent": 10, "queued": 20])
            let attempts = try await fixture.store.database.query(
                "SELECT sum(attempts) FROM message WHERE status = 'queued'"
            ).decode(Int64.self)
            #expect(attempts == [0])
            #expect(try await fixture.send(to: transport).counts.sent == 20)
            #expect(await Set(transport.deliveries.addresses).count == 30)
            #expect(await transport.deliveries.addresses.count == 30)
        }
    }

    @Test("does not count a delivery that is cancelled before the message is sent")
    func stoppedDelivery() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            let gate = Gate()
            let transport = ScriptedMailTransport { _ in
                await gate.pass()
                return .notSent(reason: "stopped", unreachable: false)
            }
            let sender = Task { try await fixture.send(to: transport, connections: 2) }
            await transport.deliveries.reach(2)
            sender.cancel()
            await gate.open()
            #expect(try await sender.value.counts.due == 0)
            #expect(try await fixture.counts() == ["queued": 3])
        }
    }

    @Test("an unreachable server ends the run; unsent messages count as failed and stay queued")
    func unreachableInMidBatch() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(40)
            let transport = ScriptedMailTransport { address in
                address == "c10@example.com"
                    ? .notSent(reason: "gone", unreachable: true) : .accepted(reply: "250")
            }
            let report = try await fixture.send(to: transport, connections: 1)
            #expect(report.unreachable == [.email: "gone"])
            #expect(report.counts.sent == 9)
            #expect(report.counts.failed == 31)
            #expect(report.counts.isComplete)
            #expect(try await fixture.counts() == ["sent": 9, "queued not_sent": 1, "queued": 30])
            #expect(await transport.deliveries.addresses.count == 10)
            let next = ScriptedMailTransport()
            #expect(try await fixture.send(to: next).counts.sent == 31)
        }
    }

    @Test("a client with invalid stored data does not block other messages")
    func unusableData() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(6)
            for (id, change) in [
                (2, "email = 'nobody at all', email_key = 'nobody'"), (3, "name = E'Eve\\r\\nBcc: x@y.test'"),
                (4, "name = E'\\u202Eevil'"),
            ] {
                try await fixture.store.database.query("UPDATE client SET \(unsafeSQL: change) WHERE id = \(id)")
            }
            let folder = try MailFolder()
            let counts = try await fixture.send(to: folder.transport).counts
            #expect(counts.sent == 3)
            #expect(counts.failed == 3)
            #expect(counts.isComplete)
            #expect(
                try await fixture.counts() == ["sent": 3, "failed invalid_data": 1, "failed cannot_be_written": 2])
            let messages = try folder.messages()
            #expect(
                messages.flatMap(\.recipients).sorted() == ["c1@example.com", "c5@example.com", "c6@example.com"])
            #expect(messages.allSatisfy { !$0.content.contains("Bcc") })
        }
    }

    @Test("records the recipient, the time and the server's reply in the ledger")
    func account() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            try await fixture.send(
                to: ScriptedMailTransport { _ in .rejectedTemporarily(code: 450, reply: "450 later") })
            try await fixture.store.database.query("UPDATE client SET email = 'new@example.com'")
            let waiting = try await entry(fixture, session)
            #expect(waiting.recipient == "new@example.com")
            #expect(waiting.sentAt == nil)
            try await fixture.send(
                to: ScriptedMailTransport { _ in .accepted(reply: "250 taken") }, at: DeliveryFixture.now + 60)
            try await fixture.store.database.query("UPDATE client SET email = 'other@example.com'")
            let sent = try await entry(fixture, session)
            #expect(sent.recipient == "new@example.com")
            #expect(sent.sentAt == DeliveryFixture.now + 60)
            let row = try await fixture.store.database.query(
                "SELECT attempts, reply FROM message WHERE rule = 'confirmation'"
            ).decode((Int32, String?).self)
            #expect(row.map(\.0) == [2])
            #expect(row.map(\.1) == ["250 taken"])
        }
    }

    private func entry(_ fixture: DeliveryFixture, _ session: Session) async throws -> LedgerEntry {
        let entries = try await fixture.store.database.withConnection { connection in
            try await LedgerRepository(connection).entries(of: session.reference, status: nil)
        }
        return try #require(entries.first { $0.rule == "confirmation" })
    }
}
