import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Changes of rules with existing messages")
struct RuleEditTests {
    /// A change of a rule by an operator.
    struct Edit: CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (DeliveryFixture, Date) async throws -> Void

        init(_ text: String, _ change: @escaping @Sendable (DeliveryFixture, Date) async throws -> Void) {
            testDescription = text
            self.change = change
        }
    }

    private static let edits = [
        Edit("offset") { fixture, now in
            _ = try await fixture.rules.edit("three-days", now: now) { $0.offset = RuleOffset(days: -2, minutes: 0) }
        },
        Edit("channel") { fixture, now in _ = try await fixture.rules.edit("three-days", now: now) { $0.channel = .sms }
        },
        Edit("channel and offset") { fixture, now in
            _ = try await fixture.rules.edit("three-days", now: now) { rule in
                rule.channel = .sms
                rule.offset = RuleOffset(days: -2, minutes: 0)
            }
        },
        Edit("template") { fixture, now in
            _ = try await fixture.rules.edit("three-days", now: now) { $0.template = try Handle("one-day") }
        },
        Edit("disabled and enabled") { fixture, now in
            _ = try await fixture.rules.edit("three-days", now: now) { $0.isEnabled = false }
            _ = try await fixture.rules.edit("three-days", now: now) { $0.isEnabled = true }
        },
        Edit("a rule of the studio's own") { fixture, now in
            _ = try await fixture.rules.edit("three-days", at: "downtown", now: now) {
                $0.offset = RuleOffset(days: -2, minutes: 0)
            }
        },
        Edit("deleted and made again") { fixture, now in
            try await fixture.store.database.query("DELETE FROM reminder_rule WHERE key = 'three-days'")
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("three-days"), anchor: .start, offset: RuleOffset(days: -2, minutes: 0),
                    channel: .sms,
                    template: try Handle("one-day")), now: now)
        },
    ]

    @Test("does not send a message again after a change of its rule", arguments: edits)
    func sentStaysSent(edit: Edit) async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00", phone: "+12135550147")
            try await fixture.send(to: ScriptedMailTransport())
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-09 09:00"))
            try await edit.change(fixture, fixture.instant("2027-01-09 12:00"))
            let (mail, texts) = (ScriptedMailTransport(), ScriptedTextTransport())
            for batch in ["2027-01-09 12:00", "2027-01-10 09:00", "2027-01-10 23:00"] {
                try await fixture.send(to: mail, texts: texts, at: fixture.instant(batch))
            }
            #expect(await mail.deliveries.addresses + texts.deliveries.addresses == [])
            #expect(try await fixture.ledgerEntries("three-days", of: session) == ["2027-01-09 09:00 PST sent"])
        }
    }

    @Test("a booking rule sends nothing for bookings before it was added or enabled")
    func bookedBefore() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-12 09:00")
            _ = try await fixture.rules.edit("confirmation", now: DeliveryFixture.now) { $0.isEnabled = false }
            try await fixture.book("2027-01-12 10:00", for: "ben@example.com")
            let later = DeliveryFixture.now + 3600
            _ = try await fixture.rules.edit("confirmation", now: later) { $0.isEnabled = true }
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("welcome"), anchor: .booked, channel: .email, template: try Handle("confirmation")),
                now: later)
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: later)
            #expect(
                await mail.deliveries.addresses == ["ana@example.com"],
                "only the confirmation that was queued before the change is sent")
            let session = try await fixture.book("2027-01-12 11:00", for: "cleo@example.com", now: later)
            try await fixture.send(to: mail, at: later)
            #expect(try await fixture.ledgerEntries("welcome", of: session).map { $0.hasSuffix("sent") } == [true])
        }
    }

    @Test("does not plan messages that are overdue by more than three days")
    func longDue() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-20 09:00", now: DeliveryFixture.now)
            try await fixture.store.database.query("DELETE FROM message")
            try await fixture.store.database.query(
                "UPDATE reminder_rule SET lag_days = -10 WHERE key = 'three-days'")
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-13 09:01"))
            #expect(try await fixture.ledger(of: session) == [])
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-13 08:59"))
            #expect(try await fixture.ledger(of: session) == ["three-days 1 sent"])
        }
    }

    @Test("does not send a second follow-up after a change of channel")
    func followedUpOnce() async throws {
        try await withDeliveryFixture { fixture in
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("thanks"), anchor: .end, offset: RuleOffset(days: 0, minutes: 60), channel: .email,
                    template: try Handle("attended")), now: DeliveryFixture.now)
            let session = try await fixture.book("2027-01-04 10:00", phone: "+12135550147")
            let after = try fixture.instant("2027-01-04 12:00")
            try await fixture.send(to: ScriptedMailTransport(), at: after)
            _ = try await fixture.rules.edit("thanks", now: after) { rule in
                rule.channel = .sms
                rule.offset = RuleOffset(days: 0, minutes: 300)
            }
            _ = try await fixture.store.desk.close(session.reference, as: .attended)
            #expect(try await fixture.ledgerEntries("thanks", of: session) == ["2027-01-04 11:20 PST sent"])
        }
    }

    @Test("reschedules waiting messages, unless the new time is in the past")
    func queued() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            let now = try fixture.instant("2027-01-08 12:00")
            _ = try await fixture.rules.edit("one-day", now: now) { $0.offset = RuleOffset(days: -2, minutes: 0) }
            _ = try await fixture.rules.edit("three-days", now: now) { $0.offset = RuleOffset(days: -5, minutes: 0) }
            #expect(try await fixture.ledgerEntries("one-day", of: session) == ["2027-01-10 09:00 PST queued"])
            #expect(try await fixture.ledgerEntries("three-days", of: session) == ["2027-01-09 09:00 PST queued"])
            let mail = ScriptedMailTransport()
            for batch in ["2027-01-08 12:00", "2027-01-09 09:00", "2027-01-10 09:00", "2027-01-11 09:00"] {
                try await fixture.send(to: mail, at: fixture.instant(batch))
            }
            // The confirmation, and each of the two reminders once.
            #expect(await mail.deliveries.addresses.count == 3)
        }
    }

    @Test("a studio's own rule applies there, and the chain's rule elsewhere")
    func ownRule() async throws {
        try await withDeliveryFixture { fixture in
            let uptown = try await fixture.store.addStudio("uptown")
            let james = try await fixture.store.addTrainer("james", at: "uptown")
            let here = try await fixture.book("2027-01-12 09:00")
            let there = try await fixture.store.book(uptown, "2027-01-12 09:00", for: "ben@example.com", with: james)
            _ = try await fixture.rules.edit("one-day", at: "uptown", now: DeliveryFixture.now) {
                $0.offset = RuleOffset(days: -2, minutes: 0)
            }
            #expect(try await fixture.ledgerEntries("one-day", of: here) == ["2027-01-11 09:00 PST queued"])
            #expect(try await fixture.ledgerEntries("one-day", of: there) == ["2027-01-10 09:00 PST queued"])
            _ = try await fixture.rules.edit("one-day", at: "uptown", now: DeliveryFixture.now) { $0.isEnabled = false }
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 09:00"))
            #expect(try await fixture.ledgerEntries("one-day", of: here) == ["2027-01-11 09:00 PST sent"])
            #expect(
                try await fixture.ledgerEntries("one-day", of: there) == ["2027-01-10 09:00 PST skipped rule_disabled"])
            let later = try await fixture.book("2027-01-13 09:00", for: "eve@example.com")
            let laterThere = try await fixture.store.book(
                uptown, "2027-01-13 09:00", for: "max@example.com", with: james)
            #expect(try await fixture.ledgerEntries("one-day", of: later).count == 1)
            #expect(try await fixture.ledgerEntries("one-day", of: laterThere) == [])
        }
    }

    @Test("keeps the history of a deleted rule, and skips its queued messages")
    func deleted() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-09 09:00"))
            try await fixture.store.database.query("DELETE FROM reminder_rule WHERE key IN ('three-days', 'one-day')")
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: fixture.instant("2027-01-11 09:00"))
            #expect(await mail.deliveries.addresses == [])
            #expect(try await fixture.ledgerEntries("three-days", of: session) == ["2027-01-09 09:00 PST sent"])
            #expect(
                try await fixture.ledgerEntries("one-day", of: session) == [
                    "2027-01-11 09:00 PST skipped rule_disabled"
                ])
        }
    }

    @Test("a new rule sends no messages that were due before it was added")
    func newRule() async throws {
        try await withDeliveryFixture { fixture in
            let (soon, later) = (
                try await fixture.book("2027-01-12 09:00"),
                try await fixture.book("2027-01-20 09:00", for: "ben@example.com")
            )
            let now = try fixture.instant("2027-01-09 12:00")
            try await fixture.send(to: ScriptedMailTransport(), at: now)
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("five-days"), anchor: .start, offset: RuleOffset(days: -5, minutes: 0),
                    channel: .email,
                    template: try Handle("three-days")), now: now)
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: now)
            #expect(await mail.deliveries.addresses == [])
            #expect(
                try await fixture.ledgerEntries("five-days", of: soon) == ["2027-01-07 09:00 PST skipped rule_is_newer"]
            )
            try await fixture.send(to: mail, at: fixture.instant("2027-01-15 09:00"))
            #expect(await mail.deliveries.addresses.last == "ben@example.com")
            #expect(try await fixture.ledgerEntries("five-days", of: later) == ["2027-01-15 09:00 PST sent"])
        }
    }

    @Test("a new rule relative to booking or end also applies to existing sessions")
    func newRuleOfOldBookings() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            for (key, anchor) in [("welcome", ReminderRule.Anchor.booked), ("thanks", .end)] {
                _ = try await fixture.rules.add(
                    ReminderRule(
                        key: try Handle(key), anchor: anchor, offset: RuleOffset(days: 0, minutes: 120),
                        channel: .email,
                        template: try Handle("one-day")), now: DeliveryFixture.now + 3600)
            }
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("at-once"), anchor: .booked, offset: RuleOffset(days: 0, minutes: 30),
                    channel: .email,
                    template: try Handle("one-day")), now: DeliveryFixture.now + 3600)
            #expect(try await fixture.ledgerEntries("welcome", of: session) == ["2027-01-01 18:00 PST queued"])
            #expect(try await fixture.ledgerEntries("thanks", of: session) == ["2027-01-12 11:20 PST queued"])
            #expect(try await fixture.ledgerEntries("at-once", of: session) == [])
        }
    }
}

extension RuleEditor {
    /// Changes a rule by name.
    func edit(
        _ key: String, at studio: String? = nil, now: Date, _ change: @Sendable (inout ReminderRule) throws -> Void
    ) async throws -> ReminderRule {
        try await edit(try Handle(key), at: try studio.map { try Handle($0) }, now: now, change)
    }
}

extension DeliveryFixture {
    /// The editor of the rules.
    var rules: RuleEditor { RuleEditor(database: store.database, actor: "admin") }

    /// Returns the ledger of a rule and session: `2027-01-09 09:00 PST skipped late_booking`.
    func ledgerEntries(_ rule: String, of session: Session) async throws -> [String] {
        try await store.database.withConnection { connection in
            try await LedgerRepository(connection).entries(of: session.reference, status: nil)
        }.filter { $0.rule == rule }.map { entry in
            [entry.clock.text(entry.dueAt), entry.status, entry.reason?.rawValue].compactMap(\.self)
                .joined(separator: " ")
        }
    }
}
