import Foundation
import Postgres
import Testing

@Suite("the messages that follow a change, and copies of sent ones")
struct ExpectedMessagesTests {
    @Test("`book` lists the messages to be sent, also in a dry run, and reports that no runner is active")
    func book() async throws {
        try await Studio.with { studio in
            let arguments = [
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-04 09:00",
            ]
            let trial = try await studio.answer(arguments + ["--dry-run"])
            let made = try await studio.answer(arguments)
            for answer in [trial, made] {
                let messages = try #require(answer["messages"]).items
                #expect(messages.map { $0["rule"] } == ["confirmation", "three-days", "one-day"])
                #expect(
                    messages.allSatisfy {
                        $0.names == ["rule", "channel", "due_at", "local_due_at", "status", "reason"]
                            && $0["channel"] == "email" && $0["status"] == "queued" && $0["reason"] == .null
                    })
                #expect(answer["runner_active"] == false)
            }
            #expect(try await studio.answer("reminders", "list").items.count == 3)
            let output = try await studio.intro(
                "book", "--client", "ben@example.com", "--name", "Ben", "--trainer", "maria", "--at", "2026-12-04 10:00"
            ).stdout
            #expect(
                output.contains(
                    "\nConfirmation by e-mail now; reminders Tue Dec 1 and Thu Dec 3. No runner is active: messages wait "
                ),
                "\(output)")
        }
    }

    @Test("`book` reports why no message can be sent", arguments: ["no phone for texts", "opted out"])
    func nothing(cause: String) async throws {
        try await Studio.with { studio in
            let isOptedOut = cause == "opted out"
            if isOptedOut {
                try await studio.answer("client", "add", "Ana", "--email", "ana@example.com")
                try await studio.answer("client", "opt-out", "ana@example.com")
            }
            let who = isOptedOut ? "ana@example.com" : "+1 213-555-0142"
            if !isOptedOut { try await studio.answer("rules", "disable", "one-day-sms") }
            if !isOptedOut { try await studio.answer("rules", "disable", "two-hours") }
            let output = try await studio.intro(
                "book", "--client", who, "--name", "Ana", "--trainer", "maria", "--at", "2026-12-04 09:00"
            ).stdout
            let reason = isOptedOut ? "recipient has opted out" : "no e-mail address"
            #expect(output.contains("\nNo message will be sent: \(reason).\n"), "\(output)")
        }
    }

    @Test("`book` of a session that begins now reports that no message is sent because it has started")
    func started() async throws {
        try await Studio.with { studio in
            let output = try await studio.intro(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at", "now",
                "--override", "walk-in", now: "2026-11-30T10:05:00-08:00"
            ).stdout
            #expect(output.hasSuffix("\nNo message will be sent: session has started.\n"), "\(output)")
        }
    }

    @Test("`reschedule` and `cancel` list the messages about the new state only")
    func changes() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", at: "2026-12-04 09:00")["reference"]?.text ?? ""
            let moved = try await studio.answer("reschedule", reference, "--at", "2026-12-04 11:00")
            #expect(
                try #require(moved["messages"]).items.map { $0["rule"] } == ["rescheduled", "three-days", "one-day"])
            let cancelled = try await studio.answer("cancel", reference)
            #expect(try #require(cancelled["messages"]).items.map { $0["rule"] } == ["cancelled"])
        }
    }

    @Test("a sent message is sent again only with --again and a reason, as a numbered copy")
    func copies() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", at: "2026-12-04 09:00")["reference"]?.text ?? ""
            try await studio.answer("reminders", "send")
            #expect(try await studio.refusal("reminders", "resend", reference).code == "not_changeable")
            #expect(try await studio.intro("reminders", "resend", reference, "--again").exit == 64)
            #expect(try await studio.intro("reminders", "resend", reference, "--reason", "lost").exit == 64)
            for number in [1, 2] {
                let copies = try await studio.answer(
                    "reminders", "resend", reference, "--again", "--reason", "lost the mail"
                ).items
                #expect(copies.map { $0["rule"] } == ["confirmation"])
                #expect(copies.first?["copy"] == .number(Double(number)))
                #expect(copies.first?["copy_reason"] == "lost the mail" && copies.first?["status"] == "queued")
                try await studio.answer("reminders", "send")
            }
            let entries = try await studio.answer("why", reference).items.filter { $0["rule"] == "confirmation" }
            #expect(entries.map { $0["copy"] } == [0, 1, 2])
            #expect(entries.allSatisfy { $0["status"] == "sent" })
            #expect(try await studio.intro("why", reference).stdout.contains("confirmation, copy 2, email"))
            #expect(try await studio.intro("reminders", "list").stdout.contains("confirmation, copy 1"))
            let actors = try await studio.database.query(
                "SELECT reason FROM event WHERE subject = 'message' AND action = 'insert'"
            ).decode(String?.self)
            #expect(actors == ["lost the mail", "lost the mail"])
        }
    }

    @Test("a copy of an outdated message is skipped")
    func untrueCopy() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", at: "2026-12-04 09:00")["reference"]?.text ?? ""
            try await studio.answer("reminders", "send")
            let sent = try await studio.answer("why", reference).items.first { $0["status"] == "sent" }
            let number = try #require(sent?["id"]).number
            try await studio.answer("cancel", reference)
            try await studio.answer("reminders", "resend", "#\(number)", "--again", "--reason", "asked for it")
            try await studio.answer("reminders", "send")
            let copy = try await studio.answer("why", reference).items.first { $0["copy"] == 1 }
            #expect(copy?["status"] == "skipped" && copy?["reason"] == "cancelled")
        }
    }
}
