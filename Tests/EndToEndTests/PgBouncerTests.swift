import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "PgBouncer in transaction mode without prepared statements", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.pgBouncer != nil && Studio.isOnPrivateServer, "needs the package pgbouncer"))
struct PgBouncerTests {
    @Test("concurrent commands work over two server connections, and leave no session state")
    func desks() async throws {
        try await Studio.withPgBouncer(sharing: 2) { studio, pooled in
            _ = try await atOnce(6) { number in
                let reference = try await pooled.reference("P\(number)", at: "2026-12-01 \(number + 13):00")
                try await pooled.answer("slots")
                try await pooled.answer("schedule", "maria")
                try await pooled.answer("reschedule", reference, "--at", "2026-12-02 \(number + 13):00")
                if number % 2 == 0 { try await pooled.answer("cancel", reference) }
            }
            for words in [
                ["agenda", "downtown"], ["jobs", "list"], ["jobs", "stats"], ["setup"], ["setup", "--check"],
            ] {
                try await pooled.answer(words)
            }
            #expect(try await studio.count("session", where: "status = 'cancelled'") == 3)
            #expect(try await studio.count("session") == 6)
            #expect(try await pooled.sessionState(ofServerConnections: 2) == [])
        }
    }

    @Test("every change is recorded with its actor")
    func actors() async throws {
        try await Studio.withPgBouncer(sharing: 1) { studio, pooled in
            let last = try await studio.database.query("SELECT coalesce(max(id), 0) FROM event").decode(Int64.self)[0]
            let booking = ["book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 13:00"]
            for words in [
                booking, ["client", "edit", "ana@example.com", "--source", "flyer"], ["jobs", "pause", "messages"],
                ["jobs", "resume", "messages"], ["suppression", "add", "ben@example.com"],
                ["rules", "disable", "one-day"],
                ["trainer", "edit", "james", "--name", "James B."], ["studio", "edit", "downtown", "--name", "Uptown"],
            ] {
                try await pooled.answer(words + ["--as", "desk"])
            }
            let others = try await studio.database.query(
                "SELECT DISTINCT subject FROM event WHERE id > \(last) AND actor <> 'desk'"
            ).decode(String.self)
            #expect(others == [])
            #expect(try await studio.count("event", where: "subject = 'job_queue' AND actor = 'desk'") == 2)
        }
    }

    @Test("of several concurrent bookings of one slot, one succeeds", arguments: [1, 3])
    func contested(connections: Int) async throws {
        try await Studio.withPgBouncer(sharing: connections) { _, pooled in
            let results = try await atOnce(6) { number in
                try await pooled.intro(
                    "book", "--client", "p\(number)@example.com", "--name", "P\(number)", "--trainer", "maria", "--at",
                    "2026-12-01 09:00", "--json")
            }
            #expect(results.count { $0.exit == 0 } == 1)
            let refused = results.filter { $0.exit != 0 }
            #expect(refused.allSatisfy { $0.exit == 3 && $0.error?.code == "slot_taken" }, "\(refused.map(\.stderr))")
        }
    }

    @Test(
        "two senders that share server connections send each message once, and leave no session state",
        .enabled(if: InstalledPrograms.smtpSink != nil, "needs smtp-sink of the package postfix"))
    func senders() async throws {
        try await Studio.withPgBouncer(sharing: 3) { studio, pooled in
            try await studio.bookMany(200)
            let sink = try await MailSink.start()
            let mailing = studio.mailing(to: sink.url, connections: 2)
            let results = try await atOnce(2) { _ in
                try await pooled.intro("reminders", "send", "--json", environment: mailing)
            }
            #expect(results.allSatisfy { $0.exit == 0 }, "\(results.map(\.stderr))")
            try await pooled.answer("reminders", "send", environment: mailing)
            let recipients = try sink.receivedMessages().flatMap(\.recipients)
            #expect(recipients.count == 200 && Set(recipients).count == 200)
            #expect(try await studio.messages("sent") == 200)
            #expect(try await pooled.sessionState(ofServerConnections: 3) == [])
        }
    }

    @Test(
        "another sender with the same server connections does not mark an active sender's message as unknown",
        .enabled(if: InstalledPrograms.smtpSink != nil, "needs smtp-sink of the package postfix"))
    func senderAtWork() async throws {
        try await Studio.withPgBouncer(sharing: 2) { studio, pooled in
            try await studio.bookMany(1)
            // Long enough to observe the message as attempting; the sender is stopped then.
            let sink = try await MailSink.start(faults: [.delay(.dot, seconds: 2)])
            let mailing = studio.mailing(to: sink.url, connections: 1)
            let first = try await pooled.intro(["reminders", "send", "--json"], environment: mailing) { process in
                try await wait(until: "a message is being sent") { try await studio.messages("attempting") == 1 }
                kill(process, SIGSTOP)
                defer { kill(process, SIGCONT) }
                let second = try await pooled.answer("reminders", "send", environment: mailing)
                #expect(second["unknown"] == 0)
                #expect(try await studio.messages("attempting") == 1)
            }
            #expect(first.exit == 0, "\(first.stderr)")
            #expect(try await studio.messages("sent") == 1)
        }
    }

    @Test(
        "messages being sent by a killed sender are marked as unknown by the next one",
        .enabled(if: InstalledPrograms.smtpSink != nil, "needs smtp-sink of the package postfix"))
    func killedSender() async throws {
        try await Studio.withPgBouncer(sharing: 2) { studio, pooled in
            try await studio.bookMany(1)
            let sink = try await MailSink.start(faults: [.delay(.dot, seconds: 2)])
            let mailing = studio.mailing(to: sink.url, connections: 1)
            _ = try await pooled.intro(["reminders", "send", "--json"], environment: mailing) { process in
                try await wait(until: "a message is being sent") { try await studio.messages("attempting") == 1 }
                kill(process, SIGKILL)
            }
            try await wait(until: "the sender's lock is released") {
                try await studio.count("pg_locks", where: "locktype = 'advisory'") == 0
            }
            try await pooled.answer("reminders", "send", environment: mailing)
            #expect(try await studio.messages("unknown") == 1)
        }
    }

    @Test("a runner polls for jobs, runs them, and exits at SIGTERM")
    func runner() async throws {
        try await Studio.withPgBouncer(sharing: 3) { studio, pooled in
            let result = try await pooled.intro(["run"]) { process in
                try await wait(until: "the runner is registered") { try await studio.count("job_runner") == 1 }
                let reference = try await pooled.reference("Ana", at: "2026-12-07 09:00")
                try await wait(until: "the confirmation is sent") { try await studio.messages("sent") == 1 }
                try await pooled.answer("cancel", reference)
                try await wait(until: "the cancellation is sent") { try await studio.messages("sent") == 2 }
                kill(process, SIGTERM)
            }
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(result.stderr.contains("PgBouncer"), "\(result.stderr)")
            #expect(try await studio.count("job_runner", where: "gone_at IS NULL") == 0)
            #expect(try await pooled.sessionState(ofServerConnections: 3) == [])
        }
    }
}
