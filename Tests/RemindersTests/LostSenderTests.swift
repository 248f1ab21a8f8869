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

@Suite("Senders that lose their connection", .timeLimit(.minutes(30)))
struct LostSenderTests {
    /// Creates a pool with its own application name, for a sender whose connections will be terminated.
    private func separateDatabase(_ fixture: DeliveryFixture) -> Database {
        var configuration = Database.Configuration.patient(conninfo: fixture.store.conninfo)
        configuration.applicationName = "doomed"
        return Database(configuration, logger: .silent)
    }

    /// Terminates all connections of that sender, and waits until the server has released their locks.
    private func terminateConnections(_ fixture: DeliveryFixture) async throws {
        let database = fixture.store.database
        try await database.query(
            """
            SELECT pg_terminate_backend(pid, 30000)
            FROM pg_stat_activity
            WHERE application_name = 'doomed' AND datname = current_database()
            """)
    }

    @Test("commits claims synchronously and outcomes asynchronously")
    func durability() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(1)
            try await fixture.store.database.transaction { connection in
                // Overrides the configuration of the test server.
                try await connection.query("SET LOCAL synchronous_commit = on")
                let ledger = DeliveryRepository(connection)
                let run = try await ledger.openRun(actor: "test")
                let batch = try await ledger.take(
                    run, by: .email, until: DeliveryFixture.now, now: DeliveryFixture.now, limit: 1)
                let waiting: SQL = "SELECT current_setting('synchronous_commit')"
                #expect(try await connection.query(waiting).decode(String.self) == ["on"])
                let sent = DeliveryRecord(
                    message: try #require(batch.messages.first).message, status: .sent, reason: nil, reply: "250")
                try await ledger.record([sent], by: run, at: DeliveryFixture.now)
                #expect(try await connection.query(waiting).decode(String.self) == ["off"])
            }
        }
    }

    @Test("messages of a lost sender become unknown and are not sent again; the others are sent")
    func dead() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(20)
            let lostDatabase = separateDatabase(fixture)
            let gate = Gate()
            let held = ScriptedMailTransport { _ in
                await gate.pass()
                return .accepted(reply: "250")
            }
            let sender = Task {
                try await fixture.batch(to: held, connections: 3, on: lostDatabase).send(until: nil, limit: nil)
            }
            await held.deliveries.reach(3)
            try await terminateConnections(fixture)
            await lostDatabase.close()

            let next = ScriptedMailTransport()
            let report = try await fixture.send(to: next)
            #expect(report.abandoned.map(\.code) == ["00000001", "00000002", "00000003"])
            #expect(report.counts.unknown == 3)
            #expect(report.counts.sent == 17)
            #expect(report.counts.isComplete)

            await gate.open()
            await #expect(throws: PostgresError.self) { try await sender.value }
            #expect(try await fixture.send(to: next).counts.due == 0)
            #expect(try await fixture.counts() == ["sent": 17, "unknown sender_died": 3])
            let addresses = await held.deliveries.addresses + next.deliveries.addresses
            #expect(addresses.count == 20)
            #expect(Set(addresses).count == 20)
        }
    }

    @Test("a sender that has lost its lock claims no further message")
    func lockLost() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(10)
            let lostDatabase = separateDatabase(fixture)
            let gate = Gate()
            let held = ScriptedMailTransport { _ in
                await gate.pass()
                return .accepted(reply: "250")
            }
            let sender = Task {
                try await fixture.batch(to: held, connections: 2, on: lostDatabase).send(until: nil, limit: nil)
            }
            await held.deliveries.reach(2)
            try await terminateConnections(fixture)
            await gate.open()
            let error = await #expect(throws: PostgresError.self) { try await sender.value }
            #expect(error?.kind == .connectionLost)
            #expect(await held.deliveries.addresses.count == 2)
            // The known outcomes are recorded over a new connection.
            #expect(try await fixture.counts() == ["sent": 2, "queued": 8])
            await lostDatabase.close()
        }
    }

    @Test("a late outcome replaces the status unknown")
    func lateOutcome() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(4)
            let lostDatabase = separateDatabase(fixture)
            let gate = Gate()
            let held = ScriptedMailTransport { _ in
                await gate.pass()
                return .accepted(reply: "250")
            }
            let sender = Task {
                try await fixture.batch(to: held, connections: 1, on: lostDatabase).send(until: nil, limit: nil)
            }
            await held.deliveries.reach(1)
            try await terminateConnections(fixture)
            let next = ScriptedMailTransport()
            #expect(try await fixture.send(to: next).counts.unknown == 1)
            await gate.open()
            await #expect(throws: PostgresError.self) { try await sender.value }
            #expect(try await fixture.counts() == ["sent": 4])
            #expect(await next.deliveries.addresses.count == 3)
            await lostDatabase.close()
        }
    }

    @Test("locks of other programs do not make a lost sender appear active")
    func otherLocks() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(1)
            try await fixture.store.database.query("INSERT INTO delivery_run (actor) VALUES ('dead')")
            try await fixture.store.database.query("UPDATE message SET status = 'attempting', run_id = 1, attempts = 1")
            let report = try await fixture.store.database.withConnection { connection in
                // The same number as a single key, and as two keys of another class.
                try await connection.query(
                    "SELECT pg_advisory_lock(1231975538::bigint << 32 | 1), pg_advisory_lock(7, 1)")
                let report = try await fixture.send(to: ScriptedMailTransport())
                try await connection.query("SELECT pg_advisory_unlock_all()")
                return report
            }
            #expect(report.abandoned.map(\.code) == ["00000001"])
        }
    }

    @Test(
        "a login that holds all predictable locks blocks neither delivery nor the detection of lost senders")
    func namedLocks() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            try await fixture.store.database.query(
                "INSERT INTO delivery_run (actor, has_secret_lock) VALUES ('lost', true)")
            try await fixture.store.database.query(
                "UPDATE message SET status = 'attempting', run_id = 1, attempts = 1 WHERE id = 1")
            let report = try await fixture.store.database.withConnection { connection in
                try await connection.query("SELECT pg_advisory_lock(1231975538, n) FROM generate_series(0, 20) AS n")
                let report = try await fixture.send(to: ScriptedMailTransport())
                try await connection.query("SELECT pg_advisory_unlock_all()")
                return report
            }
            #expect(report.abandoned.map(\.code) == ["00000001"])
            #expect(report.counts.sent == 2)
        }
    }

    @Test("senders with and without a secret lock detect each other's locks")
    func olderSenders() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(2)
            try await fixture.store.database.query("INSERT INTO delivery_run (actor) VALUES ('older')")
            try await fixture.store.database.query(
                "UPDATE message SET status = 'attempting', run_id = 1, attempts = 1 WHERE id = 1")
            let database = fixture.store.database
            let seen = ScriptedMailTransport { _ in
                let free = try? await database.query("SELECT pg_try_advisory_xact_lock(1231975538, 2)").decode(
                    Bool.self)
                return .accepted(reply: free == [false] ? "at work" : "not seen")
            }
            let report = try await database.withConnection { connection in
                try await connection.query("SELECT pg_advisory_lock(1231975538, 1)")
                let report = try await fixture.send(to: seen)
                try await connection.query("SELECT pg_advisory_unlock_all()")
                return report
            }
            #expect(report.abandoned == [])
            let replies = try await database.query("SELECT reply FROM message WHERE status = 'sent'").decode(
                String.self)
            #expect(replies == ["at work"])
        }
    }

    @Test("releases all locks after a completed, failed or cancelled run")
    func noLockIsLeft() async throws {
        try await withDeliveryFixture(connections: 1) { fixture in
            try await fixture.fill(4)
            let folder = try ScratchFolder()
            _ = FileManager.default.createFile(atPath: "\(folder.path)/file", contents: nil)
            await #expect(throws: (any Error).self) {
                try await fixture.send(to: try transport(to: "file://\(folder.path)/file"))
            }
            try await fixture.send(to: ScriptedMailTransport(), limit: 2)
            let gate = Gate()
            let held = ScriptedMailTransport { _ in
                await gate.pass()
                return .accepted(reply: "250")
            }
            let cancelled = Task { try await fixture.send(to: held, connections: 1) }
            await held.deliveries.reach(1)
            cancelled.cancel()
            await gate.open()
            #expect(try await cancelled.value.counts.sent == 1)
            #expect(try await fixture.counts() == ["sent": 3, "queued": 1])
            let locks = try await fixture.store.database.query(
                """
                SELECT count(*)
                FROM pg_locks
                WHERE locktype = 'advisory'
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """
            ).decode(Int.self)
            #expect(locks == [0])
        }
    }
}
