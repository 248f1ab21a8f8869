import MessagingTesting
import Testing

/// The daily schedule of a trainer is sent at 18:00 on the day before.
@Suite("notices to trainers, from the desk's command to the mail")
struct TrainerNoticeCommandTests {
    private static let maria = "maria@intro.example"
    private static let afterSchedule = "2026-11-30T18:00:00-08:00"

    /// A second after 19:00, when the schedule of the next day was sent.
    private static func evening(_ second: Int) -> String {
        "2026-11-30T19:0\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)-08:00"
    }

    /// Runs a test with a studio where Maria has an address and the schedule of Tuesday with sessions of Ana and Ben.
    private func withSchedule(_ body: (Studio, _ ana: String, _ ben: String) async throws -> Void) async throws {
        try await Studio.with { studio in
            try await studio.answer("trainer", "edit", "maria", "--email", Self.maria)
            let ana = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let ben = try await studio.reference("Ben", at: "2026-12-01 10:00")
            try await studio.answer("reminders", "send", now: Self.afterSchedule)
            #expect(try studio.mails(to: Self.maria).count == 1, "the only mail is the schedule")
            #expect(try await studio.notices(of: ana) == [:], "a session in the schedule is not announced separately")
            try await body(studio, ana, ben)
        }
    }

    private func book(_ name: String, at time: String, in studio: Studio, now: String) async throws -> String {
        try await studio.answer(
            "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--trainer", "maria", "--at", time,
            now: now)["reference"]?.text ?? ""
    }

    @Test("a booking, a move and a cancellation within a minute are one message, and its bounce marks all of them")
    func burst() async throws {
        try await withSchedule { studio, ana, ben in
            let cleo = try await book("Cleo", at: "2026-12-01 11:00", in: studio, now: Self.evening(0))
            try await studio.answer("reschedule", ana, "--at", "2026-12-01 13:00", now: Self.evening(20))
            try await studio.answer("cancel", ben, now: Self.evening(40))
            for second in [60, 180] { try await studio.answer("reminders", "send", now: Self.evening(second)) }
            let mails = try studio.mails(to: Self.maria)
            #expect(mails.count == 2, "the mails are the schedule and one notice")
            for (reference, rule) in [(cleo, "trainer-booked"), (ana, "trainer-moved"), (ben, "trainer-cancelled")] {
                let notices = try await studio.notices(of: reference)
                #expect(Set(notices.keys) == [rule], "\(notices)")
                #expect(notices[rule]?["status"] == "sent" && notices[rule]?["to"] == .text(Self.maria))
                #expect(notices[rule]?["subject"] == "3 changes to your schedule")
                let text = notices[rule]?["text"]?.text ?? ""
                for words in ["New session", "Cleo", "instead of", "Ana", "Session cancelled", "Ben"] {
                    #expect(text.contains(words), "\(words): \(text)")
                }
            }
            let name = cleo.lowercased().replacing("-", with: "") + ".trainer-booked.1"
            let id = mails.map(\.messageID).first { $0.contains(name) }?.split { "<> \r".contains($0) }.first ?? ""
            let notice = Studio.SentMail(reference: cleo, messageID: String(id))
            try await studio.bounce(
                notice.failure("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 nobody", recipient: Self.maria))
            for reference in [cleo, ana, ben] {
                let notices = try await studio.notices(of: reference)
                #expect(notices.values.map { $0["reason"] } == ["bounced"], "\(notices)")
            }
        }
    }

    @Test("a change is not announced separately if a late schedule contains it, also if that was sent first")
    func lateSchedule() async throws {
        try await Studio.with { studio in
            let (night, morning) = ("2026-11-30T23:00:00-08:00", "2026-12-01T06:00:00-08:00")
            try await studio.answer("trainer", "edit", "maria", "--email", Self.maria)
            let ana = try await studio.reference("Ana", at: "2026-12-01 13:00")
            try await studio.book("Ben", at: "2026-12-01 14:00")
            // No sender was active at 18:00.
            let cleo = try await book("Cleo", at: "2026-12-01 11:00", in: studio, now: night)
            try await studio.answer("reschedule", ana, "--at", "2026-12-01 15:00", now: night)
            let dry = try await studio.answer("reminders", "send", "--dry-run", now: morning)
            let sent = try await studio.answer("reminders", "send", now: morning)
            #expect(dry["skipped"] == sent["skipped"], "\(dry) \(sent)")
            let mails = try studio.mails(to: Self.maria)
            #expect(mails.count == 1 && mails[0].content.contains("Cleo"), "the only mail is the schedule")
            for (reference, rule) in [(cleo, "trainer-booked"), (ana, "trainer-moved")] {
                let notice = try await studio.notices(of: reference)[rule]
                #expect(notice?["status"] == "skipped" && notice?["reason"] == "overtaken", "\(rule)")
            }
            // The schedule was sent: later changes are announced again.
            let dan = try await book("Dan", at: "2026-12-01 16:00", in: studio, now: "2026-12-01T06:10:00-08:00")
            try await studio.answer("cancel", cleo, now: "2026-12-01T06:10:00-08:00")
            try await studio.answer("reminders", "send", now: "2026-12-01T06:12:00-08:00")
            #expect(try studio.mails(to: Self.maria).count == 2)
            for (reference, rule) in [(dan, "trainer-booked"), (cleo, "trainer-cancelled")] {
                #expect(try await studio.notices(of: reference)[rule]?["status"] == "sent", "\(rule)")
            }
        }
    }

    @Test("a move from a day whose schedule was sent is announced, although the schedule of its new day is late")
    func oneScheduleSent() async throws {
        try await withSchedule { studio, ana, _ in
            let late = "2026-12-01T20:00:00-08:00"
            try await studio.book("Eve", at: "2026-12-02 17:00")
            try await studio.answer("reschedule", ana, "--at", "2026-12-02 18:00", now: Self.evening(0))
            try await studio.answer("reminders", "send", now: Self.evening(60))
            #expect(try await studio.notices(of: ana)["trainer-moved"]?["status"] == "sent")
            let dan = try await book("Dan", at: "2026-12-02 18:30", in: studio, now: late)
            try await studio.answer("reminders", "send", now: "2026-12-01T20:02:00-08:00")
            #expect(try await studio.notices(of: dan)["trainer-booked"]?["reason"] == "overtaken")
        }
    }

    @Test("a change of trainer is announced to both trainers")
    func otherTrainer() async throws {
        try await withSchedule { studio, ana, _ in
            try await studio.answer("trainer", "edit", "james", "--email", "james@intro.example")
            try await studio.answer("reschedule", ana, "--trainer", "james", now: Self.evening(0))
            try await studio.answer("reminders", "send", now: Self.evening(60))
            #expect(try studio.mails(to: Self.maria).count == 2 && studio.mails(to: "james@intro.example").count == 1)
            let notices = try await studio.notices(of: ana)
            #expect(notices["trainer-booked"]?["to"] == "james@intro.example")
            #expect(notices["trainer-booked"]?["subject"] == "New session: Tuesday, December 1 at 9:00 AM, Ana")
            #expect(notices["trainer-cancelled"]?["to"] == .text(Self.maria))
            #expect(
                notices["trainer-cancelled"]?["subject"]
                    == "No longer your session: Tuesday, December 1 at 9:00 AM, Ana")
        }
    }

    @Test("sessions of another day, before its schedule is sent, are not announced, and neither are undone changes")
    func outside() async throws {
        try await withSchedule { studio, ana, _ in
            let later = try await book("Dan", at: "2026-12-03 09:00", in: studio, now: Self.evening(0))
            try await studio.answer("reschedule", later, "--at", "2026-12-03 10:00", now: Self.evening(1))
            let gone = try await book("Eve", at: "2026-12-04 09:00", in: studio, now: Self.evening(2))
            try await studio.answer("cancel", gone, now: Self.evening(3))
            try await studio.answer("reschedule", ana, "--at", "2026-12-01 13:00", now: Self.evening(4))
            try await studio.answer("reschedule", ana, "--at", "2026-12-01 09:00", now: Self.evening(5))
            try await studio.answer("reminders", "send", now: Self.evening(300))
            #expect(try studio.mails(to: Self.maria).count == 1)
            for reference in [later, gone] { #expect(try await studio.notices(of: reference) == [:]) }
            let sent = try await studio.notices(of: ana).values.filter { $0["status"] == "sent" }
            #expect(sent.isEmpty)
        }
    }
}

extension Studio {
    /// The sent mails with an address in the header `To`.
    fileprivate func mails(to address: String) throws -> [ReceivedMessage] {
        try sentMails().filter { mail in
            mail.content.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("To: ") && $0.contains(address) }
        }
    }

    /// The messages of a session to trainers by rule, as `intro why` explains them.
    fileprivate func notices(of reference: String) async throws -> [String: JSON] {
        try await account(of: reference, now: "2026-11-30T19:30:00-08:00").filter { $0.value["audience"] == "trainer" }
    }
}
