import Foundation
import LoopbackTesting
import MessagingTesting
import Postgres
import Testing

@Suite("reminders from the booking to the mail server")
struct ReminderTests {
    @Test(
        "a booking is confirmed by mail with a calendar entry, which a move and a cancellation update",
        .enabled(if: Mail.canBeRead && InstalledPrograms.smtpSink != nil, Mail.reader))
    func lifeOfAnEntry() async throws {
        try await Studio.with { studio in
            let sink = try await MailSink.start()
            let mailing = studio.mailing(to: sink.url)
            func send() async throws -> [Mail] {
                let before = Set(try sink.receivedMessages())
                let counts = try await studio.answer("reminders", "send", environment: mailing)
                #expect(counts.names == ["due", "sent", "failed", "unknown", "skipped"])
                #expect(counts == .object(["due": 1, "sent": 1, "failed": 0, "unknown": 0, "skipped": 0]))
                let new = try sink.receivedMessages().filter { !before.contains($0) }
                #expect(new.map(\.recipients) == [["ana@example.com"]])
                #expect(new.map(\.sender) == ["hello@intro.example"])
                return try new.map { try Mail($0.content.utf8) }
            }
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            let confirmation = try #require(try await send().first)
            #expect(confirmation.to.contains("ana@example.com"))
            #expect(confirmation.types.contains("text/html"))
            #expect(confirmation.text.contains(reference))
            #expect(confirmation.text.contains("9:00 AM"))
            #expect(confirmation.method == "REQUEST" && confirmation.partMethod == "REQUEST")
            #expect(confirmation.status == "CONFIRMED" && confirmation.sequence == 0)
            #expect(confirmation.starts == "2026-12-07T17:00:00+00:00")
            #expect(confirmation.ends == "2026-12-07T17:20:00+00:00")
            #expect(confirmation.attendee.lowercased() == "mailto:ana@example.com")

            try await studio.answer("reschedule", reference, "--at", "2026-12-08 10:00")
            let moved = try #require(try await send().first)
            #expect(moved.method == "REQUEST" && moved.sequence == 1)
            #expect(moved.starts == "2026-12-08T18:00:00+00:00")
            #expect(moved.uid == confirmation.uid)

            try await studio.answer("cancel", reference)
            let cancelled = try #require(try await send().first)
            #expect(cancelled.method == "CANCEL" && cancelled.partMethod == "CANCEL")
            #expect(cancelled.status == "CANCELLED" && cancelled.sequence == 2)
            #expect(cancelled.uid == confirmation.uid)
            #expect(cancelled.organizer == confirmation.organizer && cancelled.attendee == confirmation.attendee)
        }
    }

    @Test("reminders are sent three days and one day before by local time, also across a clock change")
    func timeline() async throws {
        try await Studio.with { studio in
            // The clocks go forward on 2027-03-14.
            try await studio.answer("studio", "edit", "downtown", "--horizon", "200d")
            try await studio.book("Ana", at: "2027-03-16 09:00")
            var sent: [String] = []
            for now in [
                "2026-11-30T08:00:00-08:00", "2027-03-13T08:59:59-08:00", "2027-03-13T09:00:00-08:00",
                "2027-03-15T08:59:59-07:00", "2027-03-15T09:00:00-07:00", "2027-03-16T09:00:00-07:00",
            ] {
                let counts = try await studio.answer("reminders", "send", now: now)
                if counts["sent"] == 1 { sent.append(now) }
            }
            #expect(sent == ["2026-11-30T08:00:00-08:00", "2027-03-13T09:00:00-08:00", "2027-03-15T09:00:00-07:00"])
            let ledger = try await studio.answer("reminders", "list")
            #expect(ledger.items.compactMap { $0["rule"]?.text } == ["confirmation", "three-days", "one-day"])
        }
    }

    @Test("the ledger's JSON has the documented fields and the reason for unsent messages")
    func ledger() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            let ledger = try await studio.answer("reminders", "list", reference).items
            let fields: Set = [
                "id", "reference", "trainer", "rule", "channel", "audience", "revision", "status", "reason", "due_at",
                "local_due_at", "wait_until", "attempts", "attempted_at", "sent_at", "delivered_at", "to", "reply",
                "copy", "copy_reason",
            ]
            #expect(ledger.allSatisfy { $0.names == fields && $0["channel"] == "email" && $0["revision"] == 1 })
            #expect(ledger.allSatisfy { $0["reference"] == .text(reference) && $0["to"] == "ana@example.com" })
            let states = ledger.map { [$0["rule"], $0["status"], $0["reason"], $0["due_at"], $0["sent_at"]] }
            #expect(
                states == [
                    ["three-days", "skipped", "late_booking", "2026-11-28T17:00:00Z", .null],
                    ["confirmation", "sent", .null, "2026-11-30T16:00:00Z", "2026-11-30T16:00:00Z"],
                    ["one-day", "queued", .null, "2026-11-30T17:00:00Z", .null],
                ])
            let queued = try await studio.answer("reminders", "list", "--status", "queued")
            #expect(queued.items.compactMap { $0["rule"]?.text } == ["one-day"])
            #expect(try await studio.answer("reminders", "list", "--status", "unknown") == .list([]))
        }
    }

    @Test(
        "after a cancellation, attendance or no-show, further reminders are not sent",
        arguments: [
            ("cancel", ["cancelled"]), ("attend", []), ("no-show", []),
        ])
    func overtaken(end: String, more: [String]) async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            try await studio.answer("reminders", "send")
            try await studio.answer([end, reference] + (end == "cancel" ? [] : ["--override", "marked early"]))
            let counts = try await studio.answer("reminders", "send", now: "2026-12-06T12:00:00-08:00")
            #expect(counts["sent"] == .number(Double(more.count)))
            let sent = try await studio.answer("reminders", "list", reference, "--status", "sent")
            #expect(sent.items.compactMap { $0["rule"]?.text } == ["confirmation"] + more)
        }
    }

    @Test("nothing is sent after the session has begun")
    func begun() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            let counts = try await studio.answer("reminders", "send", now: "2026-12-07T09:00:00-08:00")
            #expect(counts["sent"] == 0)
            #expect(try await studio.messages("sent") == 0)
        }
    }

    @Test("--limit limits the number, --until includes future messages, --dry-run only counts")
    func options() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(10)
            let before = try await studio.fingerprint()
            let would = try await studio.answer("reminders", "send", "--dry-run")
            #expect(would == .object(["due": 10, "sent": 0, "failed": 0, "unknown": 0, "skipped": 0]))
            #expect(try await studio.answer("reminders", "send", "--dry-run", "--limit", "4")["due"] == 4)
            #expect(try await studio.answer("reminders", "send", "--limit", "0")["sent"] == 0)
            #expect(try await studio.fingerprint() == before)
            #expect(!FileManager.default.fileExists(atPath: studio.home + "/mail"))
            let some = try await studio.answer("reminders", "send", "--limit", "3")
            #expect(some == .object(["due": 3, "sent": 3, "failed": 0, "unknown": 0, "skipped": 0]))
            let rest = try await studio.answer("reminders", "send")
            #expect(rest["sent"] == 7)
            // The first session begins on Wednesday the 9th at 17:00 in Los Angeles: three days before is Sunday,
            // 17:00.
            #expect(try await studio.answer("reminders", "send", "--until", "2026-12-06 16:59")["sent"] == 0)
            #expect(try await studio.answer("reminders", "send", "--until", "2026-12-06 17:00")["sent"] == 1)
            #expect(try await studio.answer("reminders", "send", "--until", "2026-12-07T02:00:00Z")["sent"] == 1)
            #expect(try await studio.answer("reminders", "send", "--until", "2026-12-06 23:00")["sent"] == 5)
        }
    }

    @Test("a folder receives each message as one readable file", .enabled(if: Mail.canBeRead, Mail.reader))
    func maildir() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(5)
            try await studio.answer("reminders", "send")
            let folder = studio.home + "/mail/new/"
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            let mails = try files.map { try Mail(Data(contentsOf: URL(filePath: folder + $0))) }
            #expect(Set(mails.map(\.attendee)).count == 5)
        }
    }

    @Test(
        "two concurrent senders send each of 100 messages once",
        .enabled(if: InstalledPrograms.smtpSink != nil, "needs smtp-sink of the package postfix"))
    func twoSenders() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(100)
            let sink = try await MailSink.start()
            let results = try await atOnce(2) { _ in
                try await studio.answer("reminders", "send", environment: studio.mailing(to: sink.url))
            }
            #expect(results.reduce(0.0) { $0 + number($1["sent"]) } == 100)
            #expect(results.allSatisfy { $0["failed"] == 0 && $0["unknown"] == 0 && $0["skipped"] == 0 })
            let received = try sink.receivedMessages()
            #expect(received.count == 100)
            #expect(Set(received.map(\.messageID)).count == 100)
            #expect(Set(received.flatMap(\.recipients)).count == 100)
            #expect(try await studio.messages("sent") == 100)
        }
    }

    private func number(_ value: JSON?) -> Double {
        guard case .number(let number) = value else { return .nan }
        return number
    }

    @Test("an unreachable mail server exits with 69, and all messages stay queued")
    func refused() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(20)
            let result = try await withRefusingPort { port in
                let nowhere = studio.mailing(to: "smtp://127.0.0.1:\(port)?tls=none")
                return try await studio.intro("reminders", "send", "--json", environment: nowhere)
            }
            #expect(result.exit == 69)
            #expect(result.error?.code == "mail_unreachable")
            #expect(result.error?.hint.isEmpty == false)
            #expect(try result.printed["sent"] == 0)
            #expect(try await studio.messages("queued") == 20)
            #expect(try await studio.answer("reminders", "send")["sent"] == 20)
        }
    }

    @Test("invalid mail settings exit with 78, and nothing is attempted")
    func misconfigured() async throws {
        let wrong = [
            ["INTRO_MAIL_URL": "smtp://user@mail.example", "INTRO_MAIL_PASSWORD_FILE": "/nonexistent/password"],
            ["INTRO_MAIL_URL": "smtp://user@mail.example", "INTRO_MAIL_PASSWORD_FILE": ""],
            ["INTRO_MAIL_URL": "smtp://user:secret@mail.example"], ["INTRO_MAIL_URL": "ftp://mail.example"],
            ["INTRO_MAIL_URL": "mail.example"], ["INTRO_MAIL_URL": "smtp://"], ["INTRO_MAIL_URL": "file:relative/mail"],
            ["INTRO_MAIL_URL": "smtp://mail.example?tls=maybe"], ["INTRO_MAIL_URL": "file:///dev/null/mail"],
            ["INTRO_MAIL_URL": "smtp://mail.example", "INTRO_MAIL_FROM": ""],
            ["INTRO_MAIL_URL": "smtp://mail.example", "INTRO_MAIL_FROM": "nobody"],
            ["INTRO_MAIL_FROM": "a@example.com\r\nBcc: b@example.com"], ["INTRO_MAIL_CONNECTIONS": "0"],
        ]
        try await Studio.with { studio in
            try await studio.bookMany(1)
            for environment in wrong {
                let result = try await studio.intro("reminders", "send", "--json", environment: environment)
                #expect(result.exit == 78, "\(environment): \(result.stdout)\(result.stderr)")
                #expect(result.stdout.isEmpty)
                #expect(result.error?.code == "configuration")
                #expect(result.error?.hint.isEmpty == false)
                #expect(!result.stderr.contains("secret"))
            }
            #expect(try await studio.count("message", where: "status = 'queued' AND attempts = 0") == 1)
        }
    }
}
