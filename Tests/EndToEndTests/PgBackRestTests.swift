import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "back-ups by pgBackRest", .timeLimit(.minutes(30)), .operations,
    .enabled(
        if: InstalledPrograms.smtpSink != nil && PgBackRest.isInstalled && Studio.isOnPrivateServer,
        "needs pgbackrest, and smtp-sink of the package postfix"))
struct PgBackRestTests {
    @Test("restored to a second between 20 bookings and 200 messages: no booking before it is lost, none is sent twice")
    func chosenSecond() async throws {
        let (server, backups) = try await PgBackRest.start()
        try await Studio.on(server) { studio in
            try await studio.bookMany(190)
            let sink = try await MailSink.start()
            let mailing = studio.mailing(to: sink.url)
            try await studio.answer("reminders", "send", "--limit", "1", environment: mailing)
            try await measure("full back-up") { try await backups.backUp("full") }
            let kept = try await studio.bookTen(from: 1)
            let second = try await backups.nextSecond()
            let lost = try await studio.bookTen(from: 3)
            let sent = try await studio.answer("reminders", "send", environment: mailing)["sent"]
            #expect(sent == 209)
            try await measure("differential back-up") { try await backups.backUp("diff") }
            try await backups.archive()
            await studio.database.close()
            try await server.stop()

            var restored = server
            try await measure("restore to the second \(second)") { restored = try await backups.restore(to: second) }
            try await studio.on(restored, from: server) { restored in
                try await check(restored, kept: kept, lost: lost, mailing, sink)
            }
            try await drill(backups, database: studio.databaseName)
        }
    }

    private func check(
        _ studio: Studio, kept: [String], lost: [String], _ mailing: [String: String], _ sink: MailSink
    ) async throws {
        for reference in kept { #expect(try await studio.intro("show", reference).exit == 0, "\(reference)") }
        for reference in lost { #expect(try await studio.intro("show", reference).exit == 4, "\(reference)") }
        try await measure("reconciliation by the first sender") {
            let first = try await studio.answer("reminders", "send", environment: mailing)
            #expect(first["restored"] == 199 && first["sent"] == 0 && first["held"] == nil, "\(first)")
        }
        // The slots and the numbers of lost bookings are used again, for other clients.
        let again = try await studio.bookTen(from: 3, named: "Other")
        #expect(Set(again).count == 10)
        #expect(try await studio.answer("reminders", "send", environment: mailing)["sent"] == 10)
        #expect(try await studio.intro("setup", "--check").exit == 0)
        let messages = try sink.receivedMessages()
        let recipients = messages.flatMap(\.recipients)
        #expect(recipients.count == 220 && Set(recipients).count == 220)
        let names = messages.compactMap { $0.content.firstMatch(of: #/(?mi)^message-id: *(.+)$/#)?.1 }
        #expect(names.count == 220 && Set(names).count == 220)
        print("restored to a chosen second: 10 of 10 bookings before it exist, 0 of 220 messages sent twice")
    }

    /// Runs the drill on the repository, and again after a file of the back-up was damaged.
    private func drill(_ backups: PgBackRest, database: String) async throws {
        let arguments = [
            "--config", backups.configuration, "--state", backups.drillFolder, "--intro", IntroBinary.path,
            "--database", database, "--now", Studio.now,
        ]
        var result: IntroBinary.Result?
        try await measure("drill") {
            result = try await IntroBinary.run(
                arguments, through: backups.asServerUser, binary: backups.drill)
        }
        let first = try #require(result)
        try #require(first.exit == 0, "\(first.stderr)")
        let read = { (name: String) in
            try String(contentsOfFile: "\(backups.drillFolder)/\(name)", encoding: .utf8)
        }
        #expect(try read("intro-drill.prom").contains("\nintro_backup_drill_success 1\n"))
        #expect(
            try read("intro-backup.prom").firstMatch(of: #/\nintro_backup_last_timestamp_seconds [0-9]{10}\n/#) != nil)
        #expect(try read("backup.json").firstMatch(of: #/"kind":"pgbackrest","verified_at":"20/#) != nil)
        try backups.damage()
        let second = try await IntroBinary.run(
            arguments, through: backups.asServerUser, binary: backups.drill)
        #expect(second.exit == 1 && second.stderr.contains("the newest back-up cannot be restored"), "\(second.stderr)")
        #expect(try read("intro-drill.prom").contains("\nintro_backup_drill_success 0\n"))
        #expect(try read("backup.json").contains(#""verified_at":null"#))
        #expect(!FileManager.default.fileExists(atPath: "\(backups.drillFolder)/restored"))
    }

    /// Runs work and prints its duration.
    private func measure(_ what: String, _ work: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await work()
        print("\(what): \(start.duration(to: .now))")
    }
}

extension Studio {
    /// The name of the database.
    fileprivate var databaseName: String {
        conninfo.firstMatch(of: #/dbname=(\S+)/#).map { String($0.1) } ?? ""
    }

    /// Books ten sessions on two days of December; returns their references.
    fileprivate func bookTen(from day: Int, named name: String = "Client") async throws -> [String] {
        var references: [String] = []
        for day in day...(day + 1) {
            for hour in [8, 9, 10, 14, 15] {
                references.append(try await reference("\(name)-\(day)-\(hour)", at: "2026-12-0\(day) \(hour):00"))
            }
        }
        return references
    }
}
