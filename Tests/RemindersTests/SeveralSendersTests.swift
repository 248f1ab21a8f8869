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

@Suite("Concurrent senders", .timeLimit(.minutes(30)))
struct SeveralSendersTests {
    @Test(
        "two concurrent runs send each of 300 messages once",
        .enabled(if: InstalledPrograms.smtpSink != nil, "smtp-sink is missing: install Debian's postfix"))
    func twoBatches() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(300)
            let sink = try await MailSink.start()
            defer { sink.stop() }
            let transport = try transport(to: sink.url)
            async let first = fixture.send(to: transport, connections: 4)
            async let second = fixture.send(to: transport, connections: 4)
            let results = try await [first.counts, second.counts]
            #expect(results.allSatisfy { $0.isComplete && $0.due == $0.sent })
            #expect(results.map(\.sent).reduce(0, +) == 300)
            #expect(try await fixture.counts() == ["sent": 300])
            let ids = try sink.receivedMessages().ids
            #expect(ids.count == 300)
            #expect(Set(ids).count == 300)
        }
    }

    @Test("eight concurrent runs plan and send each reminder once")
    func planning() async throws {
        try await withDeliveryFixture(connections: 8) { fixture in
            try await fixture.fill(40)
            try await fixture.store.database.query("DELETE FROM message")
            let transport = ScriptedMailTransport()
            let later = DeliveryFixture.now + 8 * 86_400
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 { group.addTask { _ = try await fixture.send(to: transport, at: later) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.counts() == ["sent": 40])
            #expect(await Set(transport.deliveries.addresses).count == 40)
            #expect(await transport.deliveries.addresses.count == 40)
        }
    }

    @Test("does not claim messages that an active sender is attempting")
    func living() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(10)
            let gate = Gate()
            let slow = ScriptedMailTransport { _ in
                await gate.pass()
                return .accepted(reply: "250")
            }
            let first = Task { try await fixture.send(to: slow, connections: 3) }
            await slow.deliveries.reach(3)
            let quick = ScriptedMailTransport()
            let second = try await fixture.send(to: quick)
            #expect(second.abandoned.isEmpty)
            #expect(second.counts.unknown == 0)
            #expect(second.counts.sent == 7)
            #expect(try await fixture.counts() == ["sent": 7, "attempting": 3])
            await gate.open()
            #expect(try await first.value.counts.sent == 3)
            #expect(try await fixture.counts() == ["sent": 10])
            let addresses = await slow.deliveries.addresses + quick.deliveries.addresses
            #expect(Set(addresses).count == 10)
            #expect(addresses.count == 10)
        }
    }

    @Test("two senders do not retry each other's temporarily refused messages")
    func puttingOff() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(5)
            let gate = Gate()
            let older = ScriptedMailTransport { _ in
                await gate.pass()
                return .rejectedTemporarily(code: 450, reply: "450 greylisted, later")
            }
            let newer = ScriptedMailTransport { _ in .rejectedTemporarily(code: 450, reply: "450 greylisted, later") }
            let first = Task { try await fixture.send(to: older, connections: 1) }
            await older.deliveries.reach(1)
            #expect(try await fixture.send(to: newer, connections: 1).counts.failed == 4)
            await gate.open()
            #expect(try await first.value.counts.failed == 1)
            #expect(await older.deliveries.addresses.count == 1)
            #expect(try await fixture.counts() == ["queued rejected_for_now": 5])
        }
    }

    @Test("a run uses one database connection for any number of sessions", arguments: [1, 2])
    func smallPool(connections: Int) async throws {
        try await withDeliveryFixture(connections: connections) { fixture in
            try await fixture.fill(60)
            let transport = ScriptedMailTransport()
            let counts = try await fixture.send(to: transport, connections: 16).counts
            #expect(counts.sent == 60)
            #expect(fixture.store.database.statistics.open == 1)
            let addresses = await transport.deliveries.addresses
            #expect(addresses.count == 60)
            #expect(Set(addresses).count == 60)
        }
    }
}
