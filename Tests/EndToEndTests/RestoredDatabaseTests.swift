import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "restored databases and promoted standbys", .timeLimit(.minutes(30)),
    .enabled(
        if: InstalledPrograms.smtpSink != nil && Studio.isOnPrivateServer, "needs smtp-sink of the package postfix"))
struct RestoredDatabaseTests {
    @Test("after a recovery to before 200 mails none is sent twice or lost; without the journal all are held")
    func pointInTime() async throws {
        let server = try await TestServer.startReplicated()
        try await Studio.on(server) { studio in
            try await studio.bookMany(220)
            let sink = try await MailSink.start()
            let mailing = studio.mailing(to: sink.url)
            try await studio.answer("reminders", "send", "--limit", "1", environment: mailing)
            let backup = try await server.backUp()
            try await server.createRestorePoint("before")
            let first = try await studio.answer("reminders", "send", "--limit", "200", environment: mailing)
            #expect(first["sent"] == 200)
            await studio.database.close()
            try await server.stop()

            try await studio.on(try await server.restore(backup, to: "before"), from: server) { restored in
                try await withJournal(restored, mailing, sink)
            }
            try await studio.on(try await server.restore(backup, to: "before"), from: server) { restored in
                try await withoutJournal(restored, mailing, sink)
            }
        }
    }

    private func withJournal(_ studio: Studio, _ mailing: [String: String], _ sink: MailSink) async throws {
        let start = ContinuousClock.now
        let again = try await studio.answer("reminders", "send", environment: mailing)
        let seconds = start.duration(to: .now)
        #expect(again["restored"] == 200 && again["sent"] == 19 && again["held"] == nil)
        #expect(try await studio.answer("reminders", "send", environment: mailing)["due"] == 0)
        let unknown = try await studio.answer("reminders", "unknown").items
        #expect(unknown.count == 200 && unknown.allSatisfy { $0["reason"] == "restored" && $0["attempts"] == 1 })
        let (duplicates, lost) = try sink.balance(of: 220)
        #expect(duplicates == 0 && lost == 0)
        print(
            "point-in-time recovery to before 200 of 220 mails, with the journal: \(duplicates) duplicates, \(lost) lost, "
                + "no operator; reconciled and sent in \(seconds)")
    }

    private func withoutJournal(_ studio: Studio, _ mailing: [String: String], _ sink: MailSink) async throws {
        let newMachine = try ScratchFolder()
        let environment = mailing.merging(["INTRO_HOME": newMachine.path]) { $1 }
        let result = try await studio.intro("reminders", "send", "--json", environment: environment)
        #expect(result.exit == 78 && result.error?.code == "messages_held", "\(result.stderr)")
        #expect(try result.printed["held"] == 219)
        let listed = try await studio.answer("reminders", "list", "--status", "queued").items
        #expect(listed.count == 219 && listed.allSatisfy { $0["reason"] == "held" })
        let plan = try await studio.intro("reminders", "plan")
        #expect(plan.stdout.contains(" would wait: held after a restore"), "\(plan.stdout)")
        #expect(!plan.stdout.contains("session to become possible"), "\(plan.stdout)")
        let statistics = try await studio.answer("jobs", "stats")
        #expect(statistics["messages"]?["held"] == 219 && statistics["messages"]?["held_reason"] == "held")
        let why = try await studio.intro("why", "00000009")
        #expect(why.stdout.contains("held: it may have been sent before the database was restored"), "\(why.stdout)")
        let later = "2026-11-30T08:05:00-08:00"
        let booking = try await studio.intro(
            ["book", "--client", "new@example.com", "--name", "New", "--at", "wed 10:00"], now: later)
        #expect(booking.exit == 0)
        let next = try await studio.intro("reminders", "send", "--json", now: later, environment: environment)
        #expect(try next.exit == 78 && next.printed["sent"] == 1 && next.printed["held"] == 219, "\(next.stderr)")
        let preview = try await studio.answer("reminders", "hold", "--sent-since", Studio.now, "--dry-run")
        #expect(preview["unknown"] == 219 && preview["released"] == 0 && preview["messages"]?.items.count == 219)
        let hold = try await studio.answer("reminders", "hold", "--sent-since", Studio.now)
        #expect(hold["unknown"] == 219 && hold["released"] == 0)
        #expect(try await studio.answer("reminders", "send", environment: environment)["due"] == 0)
        let (duplicates, lost) = try sink.balance(of: 221)
        #expect(duplicates == 0 && lost == 0)
        print("the same without the journal: \(duplicates) duplicates, 219 held and listed until `reminders hold`")
    }

    @Test("on a promoted standby without the last transactions, messages wait for the other sender's journal")
    func lostSeconds() async throws {
        let server = try await TestServer.startReplicated()
        try await Studio.on(server) { studio in
            try await studio.bookMany(60)
            let sink = try await MailSink.start()
            let others = try ScratchFolder()
            let mailing = studio.mailing(to: sink.url)
            let other = mailing.merging(["INTRO_HOME": others.path]) { $1 }
            try await studio.answer("reminders", "send", "--limit", "1", environment: mailing)
            try await studio.answer("reminders", "send", "--limit", "1", environment: other)
            let standby = try await server.makeStandby(isSynchronous: false)
            try await standby.catchUp(with: server)
            try await standby.stop()
            try await studio.answer("reminders", "send", "--limit", "20", environment: mailing)
            try await studio.answer("reminders", "send", "--limit", "20", environment: other)
            await studio.database.close()
            try await server.stop(.immediate)
            try await standby.resume()
            try await standby.promote()

            try await studio.on(standby, from: server) { promoted in
                let first = try await promoted.intro("reminders", "send", "--json", environment: mailing)
                #expect(first.exit == 75 && first.error?.code == "messages_reconciling", "\(first.stderr)")
                #expect(try first.printed["restored"] == 20 && first.printed["held"] == 38)
                let second = try await promoted.answer("reminders", "send", environment: other)
                #expect(second["restored"] == 20 && second["sent"] == 18 && second["held"] == nil)
                let (duplicates, lost) = try sink.balance(of: 60)
                #expect(duplicates == 0 && lost == 0)
                print("a promotion that lacks 40 mails of two senders: \(duplicates) duplicates, \(lost) lost")
            }
        }
    }

    @Test("without held messages, hold and release change nothing; an unusable home folder exits with 78")
    func nothingHeld() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(2)
            for command in [["hold", "--sent-since", "2h"], ["release"], ["release", "--dry-run"]] {
                let settled = try await studio.answer(["reminders"] + command)
                #expect(
                    settled["unknown"] == 0 && settled["released"] == 0 && settled["messages"]?.items.isEmpty == true)
            }
            #expect(try await studio.messages("queued") == 2)
            let refused = try await studio.intro(
                "reminders", "send", "--json", environment: ["INTRO_HOME": "/proc/intro"])
            #expect(refused.exit == 78 && refused.error?.code == "configuration", "\(refused.stderr)")
            #expect(try await studio.messages("queued") == 2)
        }
    }

    @Test("a journal on a full disk stops sending with 75, and no unrecorded message is sent")
    func fullDisk() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(40)
            let sink = try await MailSink.start()
            let environment = studio.environment.merging(studio.mailing(to: sink.url, connections: 2)) { $1 }
            // One block of 1024 bytes per file: enough for some batches.
            let result = try await IntroBinary.shell(
                "trap '' XFSZ; ulimit -f 1; exec \"$0\" reminders send --json --now \(Studio.now)",
                environment: environment)
            #expect(result.exit == 75 && result.error?.code == "journal", "\(result.stderr)")
            let sent = try await studio.messages("sent")
            #expect(sent > 0 && sent < 40)
            #expect(try await studio.messages("queued") == 40 - sent)
            #expect(try sink.receivedMessages().count == Int(sent))
            let rest = try await studio.answer("reminders", "send", environment: environment)
            #expect(rest["sent"]?.number == 40 - Int(sent))
        }
    }
}

extension MailSink {
    /// The number of messages that were sent more than once, and of expected recipients that received none.
    func balance(of expected: Int) throws -> (duplicates: Int, lost: Int) {
        let recipients = try receivedMessages().flatMap(\.recipients)
        return (recipients.count - Set(recipients).count, expected - Set(recipients).count)
    }
}

extension Studio {
    /// Runs work on the same studio on a server that has replaced another.
    func on(_ server: TestServer, from old: TestServer, _ body: (Studio) async throws -> Void) async throws {
        let place = conninfo.replacing(try old.socketFolder, with: try server.socketFolder)
        var configuration = Database.Configuration.patient(conninfo: place)
        configuration.maximumConnections = 4
        configuration.applicationName = "test"
        let database = Database(configuration, logger: .silent)
        try await body(Studio(database: database, conninfo: place, home: home))
        await database.close()
        try await server.stop()
    }
}
