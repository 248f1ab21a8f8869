import Foundation
import Postgres
import Testing

@Suite("messages for sessions that cannot take place")
struct ImpossibleSessionTests {
    /// An event that prevents a session on December 7.
    struct Obstacle: CustomTestStringConvertible {
        let reason: String
        /// The reason in words.
        let text: String
        /// The command that causes it.
        let command: [String]
        /// The text that `intro why` shows.
        let explanation: String

        var testDescription: String { reason }
    }

    private static let obstacles = [
        Obstacle(
            reason: "trainer_away", text: "trainer away",
            command: ["trainer", "away", "maria", "--from", "2026-12-07", "--until", "2026-12-07", "--reason", "sick"],
            explanation: "waits: Maria Lopez is away (sick); reschedule or cancel the session"),
        Obstacle(
            reason: "studio_closed", text: "studio closed",
            command: ["studio", "close", "downtown", "2026-12-07", "2026-12-07", "--reason", "Water main repair"],
            explanation: "waits: Downtown Strength is closed (Water main repair); reschedule or cancel the session"),
        Obstacle(
            reason: "trainer_retired", text: "trainer deactivated", command: ["trainer", "retire", "maria", "--yes"],
            explanation: "waits: Maria Lopez no longer takes sessions; reschedule or cancel the session"),
    ]

    @Test("messages wait, and `why`, `reminders list` and `reminders plan` show the reason", arguments: obstacles)
    func waits(_ obstacle: Obstacle) async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-07 14:00")
            try await studio.answer(obstacle.command)
            let groups = try await studio.intro("reminders", "plan", "--json")
            let group = try JSONDecoder().decode(JSON.self, from: Data(groups.stdout.utf8))
            #expect(group["skip_reason"] == .text(obstacle.reason) && group["waits"] == .truth(true))
            let planned = try await studio.intro("reminders", "plan").stdout
            #expect(planned.contains("waits: \(obstacle.text)") && planned.contains("0 of them would be skipped"))

            let sent = try await studio.intro("reminders", "send")
            #expect(sent.exit == 0 && sent.stdout.hasPrefix("0 due: 0 sent"), "\(sent.stdout)\(sent.stderr)")
            #expect(sent.stdout.contains("1 message waits: the session cannot take place."))
            let counts = try await studio.answer("reminders", "send", now: "2026-12-06T14:30:00-08:00")
            #expect(counts == .object(["due": 0, "sent": 0, "failed": 0, "unknown": 0, "skipped": 0]))
            let mails = try? FileManager.default.contentsOfDirectory(atPath: studio.home + "/mail/new")
            #expect(mails ?? [] == [])
            #expect(try studio.writtenTexts().isEmpty)

            let now = "2026-12-06T14:30:00-08:00"
            let listed = try await studio.answer("reminders", "list", reference, now: now).items
            let account = try await studio.answer("why", reference, now: now).items
            for entries in [listed, account] {
                #expect(entries.count == 5)
                #expect(entries.allSatisfy { $0["status"] == "queued" && $0["reason"] == .text(obstacle.reason) })
            }
            let output = try await studio.intro("why", reference, now: now).stdout
            #expect(output.contains("queued: \(obstacle.text)") && output.contains(obstacle.explanation), "\(output)")
            #expect(try await studio.intro("reminders", "list", reference, now: now).stdout.contains(obstacle.text))

            // At the start of the session they are skipped for that reason.
            try await studio.answer("reminders", "send", now: "2026-12-07T14:00:00-08:00")
            let skipped = try await studio.answer("reminders", "list", "--status", "skipped").items
            #expect(skipped.count == 5 && skipped.allSatisfy { $0["reason"] == .text(obstacle.reason) })
        }
    }

    @Test("the next run after the removal of the absence sends the messages")
    func absenceRemoved() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 14:00")
            let away = ["trainer", "away", "maria", "--from", "2026-12-07", "--until", "2026-12-07"]
            let number = try await studio.answer(away)["number"]?.number ?? -1
            try await studio.answer("run", "--drain")
            #expect(try await studio.messages("sent") == 0)
            try await studio.answer("trainer", "away", "maria", "--remove", "\(number)")
            try await studio.answer("run", "--drain")
            let sent = try await studio.answer("reminders", "list", "--status", "sent").items
            #expect(sent.compactMap { $0["rule"]?.text } == ["confirmation"])
        }
    }

    @Test("a moved session has its new time sent, and a cancelled session its cancellation")
    func mended() async throws {
        try await Studio.with { studio in
            let moved = try await studio.reference("Ana", at: "2026-12-07 14:00")
            let cancelled = try await studio.reference("Ben", at: "2026-12-07 15:00")
            try await studio.answer("studio", "close", "downtown", "2026-12-07", "2026-12-07", "--reason", "paint")
            try await studio.answer("reminders", "send")
            try await studio.answer("reschedule", moved, "--at", "2026-12-08 14:00")
            try await studio.answer("cancel", cancelled)
            #expect(try await studio.answer("reminders", "send")["sent"] == 2)
            let sent = try await studio.answer("reminders", "list", "--status", "sent").items
            #expect(sent.compactMap { $0["rule"]?.text }.sorted() == ["cancelled", "rescheduled"])
        }
    }

    @Test("a trainer's digest omits impossible sessions, and is not sent for a day without others")
    func digest() async throws {
        try await Studio.with { studio in
            try await studio.answer("trainer", "edit", "maria", "--email", "maria@intro.test")
            try await studio.book("Ana", at: "2026-12-07 09:00")
            try await studio.book("Ben", at: "2026-12-07 15:00")
            try await studio.book("Eve", at: "2026-12-08 09:00")
            try await studio.answer(
                "studio", "close", "downtown", "2026-12-07 08:00", "2026-12-07 12:00", "--reason", "paint")
            try await studio.answer("trainer", "away", "maria", "--from", "2026-12-08", "--until", "2026-12-08")
            try await studio.answer("reminders", "send", now: "2026-12-06T18:00:00-08:00")
            try await studio.answer("reminders", "send", now: "2026-12-07T18:00:00-08:00")
            let digests = try await studio.answer("reminders", "list").items.filter { $0["trainer"] == "maria" }
            #expect(digests.map { $0["status"] } == ["sent"])
            let body = try await studio.database.query("SELECT body FROM message WHERE day IS NOT NULL")
                .decode(String.self)
            #expect(body.count == 1 && body[0].contains("Ben") && !body[0].contains("Ana"), "\(body)")
        }
    }

    @Test("a rule that is disabled at one studio does not supersede the earlier reminder")
    func studioRule() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-10 09:00")
            try await studio.answer("reminders", "send")
            try await studio.answer("rules", "disable", "one-day", "--studio", "downtown")
            // No sender ran for two days after the first reminder became due.
            try await studio.answer("reminders", "send", now: "2026-12-09T12:00:00-08:00")
            let account = try await studio.account(of: reference)
            #expect(account["three-days"]?["status"] == "sent", "\(account)")
            #expect(account["one-day"]?["reason"] == "rule_disabled")
        }
    }
}
