import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Reasons to skip or postpone a message")
struct MessageEligibilityTests {
    /// The changes of a session or its message, and the expected reasons.
    ///
    /// The message is a one-day reminder by mail; session, client and message have the same number.
    private static func cases() -> [(reason: String?, change: (Int) -> SQL)] {
        let now = DeliveryFixture.now
        return [
            (nil, { "SELECT \($0)" }),
            ("cancelled", { "UPDATE session SET status = 'cancelled' WHERE id = \($0)" }),
            ("session_closed", { "UPDATE session SET status = 'attended' WHERE id = \($0)" }),
            ("session_closed", { "UPDATE message SET rule = 'cancelled' WHERE session_id = \($0)" }),
            ("rescheduled", { "UPDATE session SET revision = 2 WHERE id = \($0)" }),
            ("session_started", { begin($0, at: now) }),
            ("rule_disabled", { "UPDATE message SET rule = 'gone' WHERE session_id = \($0)" }),
            ("rule_disabled", { "UPDATE message SET rule = 'off' WHERE session_id = \($0)" }),
            ("condition_not_met", { "UPDATE message SET rule = 'no-show' WHERE session_id = \($0)" }),
            (
                "too_late",
                { "UPDATE message SET rule = 'no-show', due_at = \(now) - interval '3 days' WHERE session_id = \($0)" }
            ),
            (
                "confirmed",
                {
                    """
                    WITH said AS (UPDATE session SET confirmed_at = \(now) WHERE id = \($0))
                    UPDATE message SET rule = 'asking' WHERE session_id = \($0)
                    """
                }
            ),
            (
                "not_first_booking",
                {
                    """
                    WITH earlier AS (
                        INSERT INTO session (
                            reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, status,
                            booked_at, arranged_at)
                        SELECT '9' || right(reference, 7), studio_id, trainer_id, client_id, station, starts_at, ends_at,
                               occupied, 'cancelled', booked_at - interval '1 hour', arranged_at
                        FROM session
                        WHERE id = \($0)
                    )
                    UPDATE message SET rule = 'welcome' WHERE session_id = \($0)
                    """
                }
            ),
            (
                "no_email",
                { "UPDATE client SET email = NULL, email_key = NULL, phone = '+12135550147' WHERE id = \($0)" }
            ),
            ("no_phone", { "UPDATE message SET channel = 'sms' WHERE session_id = \($0)" }),
            ("opted_out", { "UPDATE consent SET granted = false WHERE scope = 'session' AND client_id = \($0)" }),
            (nil, { "UPDATE consent SET granted = false WHERE scope = 'follow_up' AND client_id = \($0)" }),
            ("opted_out", { suppress("opt_out", $0) }), ("hard_bounce", { suppress("hard_bounce", $0) }),
            ("complaint", { suppress("complaint", $0) }), ("suppressed", { suppress("manual", $0) }),
            (
                "overtaken",
                {
                    """
                    WITH late AS (UPDATE message SET due_at = \(now - 660) WHERE session_id = \($0))
                    INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
                    SELECT \($0), studio_id, 'three-days', 'email', 1, \(now - 60) FROM session WHERE id = \($0)
                    """
                }
            ),
            (
                // The session starts before the end of quiet hours.
                "quiet_hours",
                {
                    """
                    WITH soon AS (\(begin($0, at: now + 3600))),
                         far AS (UPDATE client SET time_zone = 'Asia/Kathmandu', phone = '+12135550148' WHERE id = \($0))
                    UPDATE message SET channel = 'sms' WHERE session_id = \($0)
                    """
                }
            ),
        ]
    }

    private static func begin(_ session: Int, at start: Date) -> SQL {
        """
        UPDATE session
        SET starts_at = \(start), ends_at = \(start + 1200), occupied = tstzrange(\(start), \(start + 1800)),
            station = \(Int16(session))
        WHERE id = \(session)
        """
    }

    private static func suppress(_ reason: String, _ session: Int) -> SQL {
        """
        INSERT INTO suppression (channel, address, reason, at, actor)
        SELECT 'email', lower(email), \(reason), \(DeliveryFixture.now), 'test' FROM client WHERE id = \(session)
        """
    }

    @Test("reports each reason after the corresponding change only")
    func reasons() async throws {
        try await withDeliveryFixture { fixture in
            let database = fixture.store.database
            let cases = Self.cases()
            try await fixture.fill(cases.count)
            try await database.query("UPDATE message SET rule = 'one-day'")
            try await database.query(
                """
                INSERT INTO reminder_rule (key, anchor, lag_days, channel, template, condition, enabled)
                VALUES ('off', 'start', -1, 'email', 'one-day', NULL, false),
                       ('asking', 'start', -1, 'email', 'one-day', 'unconfirmed', true),
                       ('welcome', 'start', -1, 'email', 'one-day', 'first_booking', true)
                """)
            #expect(try await fixture.evaluations() == cases.map { _ in nil })
            for (index, example) in cases.enumerated() { try await database.query(example.change(index + 1)) }
            let results = try await fixture.evaluations()
            for (index, example) in cases.enumerated() {
                #expect(results[index] == example.reason, "\(index + 1): \(example.reason ?? "sent")")
            }
        }
    }

    @Test("sends a late reminder if the later one will not be sent", arguments: [true, false])
    func notOvertaken(confirmed: Bool) async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 16:00", phone: "+12135550147")
            if confirmed {
                _ = try await fixture.store.desk.confirm(session.reference, now: DeliveryFixture.now)
            } else {
                _ = try await fixture.rules.edit("two-hours", now: DeliveryFixture.now) { $0.isEnabled = false }
            }
            let texts = ScriptedTextTransport()
            try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: fixture.instant("2027-01-12 15:00"))
            #expect(await texts.deliveries.addresses == ["+12135550147"])
            #expect(try await fixture.ledgerEntries("one-day-sms", of: session) == ["2027-01-11 16:00 PST sent"])
        }
    }

    @Test("a rule that is disabled at one studio supersedes reminders only at others")
    func notOvertakenByStudioRule() async throws {
        try await withDeliveryFixture { fixture in
            let uptown = try await fixture.store.addStudio("uptown") { $0.offer.horizonMinutes = 400 * 24 * 60 }
            let james = try await fixture.store.addTrainer("james", at: "uptown")
            _ = try await fixture.store.book(uptown, "2027-01-12 16:00", for: "ben@example.com", with: james)
            let here = try await fixture.book("2027-01-12 16:00")
            _ = try await RuleEditor(database: fixture.store.database, actor: "test").edit(
                Handle("one-day"), at: Handle("uptown"), now: DeliveryFixture.now
            ) { $0.isEnabled = false }
            // Two days without a run.
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 18:00"))
            let elsewhere = try await fixture.store.database.query(
                """
                SELECT concat_ws(' ', m.rule, m.status, m.reason)
                FROM message AS m
                JOIN studio ON studio.id = m.studio_id
                WHERE studio.slug = 'uptown' AND m.rule IN ('three-days', 'one-day')
                ORDER BY m.due_at
                """
            ).decode(String.self)
            #expect(elsewhere == ["three-days sent", "one-day skipped rule_disabled"])
            #expect(
                try await fixture.ledger(of: here).suffix(2) == ["three-days 1 skipped overtaken", "one-day 1 sent"])
        }
    }

    @Test("does not supersede a reminder by one whose condition is not met")
    func notOvertakenByCondition() async throws {
        try await withDeliveryFixture { fixture in
            _ = try await fixture.rules.edit("one-day", now: DeliveryFixture.now) { $0.condition = .firstBooking }
            let first = try await fixture.book("2027-01-11 09:00")
            _ = try await fixture.store.desk.cancel(first.reference, reason: nil, now: DeliveryFixture.now)
            let again = try await fixture.book("2027-01-12 16:00", now: DeliveryFixture.now + 60)
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 18:00"))
            #expect(
                try await fixture.ledger(of: again).suffix(2) == [
                    "three-days 1 sent", "one-day 1 skipped not_first_booking",
                ])
        }
    }

    @Test("a change skips messages according to the studio's own rule instead of the chain's")
    func supersededByStudioRule() async throws {
        try await withDeliveryFixture { fixture in
            // At this studio, the rule of that name precedes the start; elsewhere it follows the end.
            _ = try await fixture.store.database.query(
                """
                INSERT INTO reminder_rule (key, studio_id, anchor, lag_days, channel, template)
                VALUES ('attended', \(fixture.studio.id.value), 'start', -1, 'email', 'one-day')
                """)
            let session = try await fixture.book("2027-01-12 09:00")
            _ = try await fixture.store.desk.close(session.reference, as: .attended)
            #expect(try await fixture.ledger(of: session).contains("attended 1 skipped session_closed"))
        }
    }

    @Test("postpones a text hours after the booking for quiet hours, but not one at once")
    func afterBooking() async throws {
        try await withDeliveryFixture { fixture in
            for (key, minutes) in [("welcome-text", 120), ("text-at-once", 0)] {
                _ = try await fixture.rules.add(
                    ReminderRule(
                        key: try Handle(key), anchor: .booked, offset: RuleOffset(days: 0, minutes: minutes),
                        channel: .sms,
                        template: try Handle("one-day")), now: DeliveryFixture.now)
            }
            let session = try await fixture.book("2027-01-12 16:00", phone: "+12135550147")
            let texts = ScriptedTextTransport()
            try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: fixture.instant("2027-01-01 23:00"))
            #expect(
                try await fixture.ledgerEntries("welcome-text", of: session) == [
                    "2027-01-01 18:00 PST queued quiet_hours"
                ])
            #expect(try await fixture.ledgerEntries("text-at-once", of: session) == ["2027-01-01 16:00 PST sent"])
            try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: fixture.instant("2027-01-02 09:00"))
            #expect(try await fixture.ledgerEntries("welcome-text", of: session) == ["2027-01-01 18:00 PST sent"])
        }
    }

    @Test("postpones a text to the end of quiet hours in the client's time zone")
    func waits() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(1)
            let database = fixture.store.database
            try await database.query("UPDATE client SET time_zone = 'Asia/Kathmandu', phone = '+12135550148'")
            try await database.query("UPDATE message SET rule = 'one-day-sms', channel = 'sms'")
            let waits = try await database.query(
                "SELECT wait_until FROM message_eligibility(\(DeliveryFixture.now)) WHERE reason IS NULL"
            )
            .decode(Date?.self)
            // 2027-01-02 09:00 in Kathmandu, at UTC+05:45.
            #expect(waits == [Date(timeIntervalSince1970: 1_798_859_700)])
        }
    }
}

extension DeliveryFixture {
    /// Returns the current evaluation of each session's first message.
    fileprivate func evaluations() async throws -> [String?] {
        try await store.database.query(
            """
            SELECT eligibility.reason
            FROM message AS m
            JOIN message_eligibility(\(Self.now)) AS eligibility ON eligibility.id = m.id
            WHERE m.id = (SELECT min(id) FROM message AS first WHERE first.session_id = m.session_id)
            ORDER BY m.session_id
            """
        ).decode(String?.self)
    }
}
