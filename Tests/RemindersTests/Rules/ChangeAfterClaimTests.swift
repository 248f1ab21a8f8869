import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import Reminders
import Testing

@Suite("Changes between claim and delivery")
struct ChangeAfterClaimTests {
    /// A change of the third session after its message was claimed.
    struct LateChange: CustomTestStringConvertible {
        let testDescription: String
        /// The recipients that the run reaches.
        let reached: [String]
        /// The final status of the third confirmation.
        let ending: String
        let change: @Sendable (DeliveryFixture, Session) async throws -> Void
    }

    private static let turns = [
        LateChange(testDescription: "nothing", reached: ["c1", "c2", "c3"], ending: "sent") { _, _ in },
        LateChange(testDescription: "cancelled", reached: ["c1", "c2", "c3"], ending: "skipped cancelled") {
            fixture, session in
            // The third mail is the notice of cancellation.
            _ = try await fixture.store.desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
        },
        LateChange(testDescription: "moved", reached: ["c1", "c2", "c3"], ending: "skipped rescheduled") {
            fixture, session in
            _ = try await fixture.store.desk.reschedule(
                session.reference, to: session.startsAt + 86_400, with: nil, overrideReason: "asked for",
                now: DeliveryFixture.now
            )
            try await fixture.store.database.query("UPDATE message SET wait_until = NULL WHERE rule = 'rescheduled'")
        },
        LateChange(testDescription: "opted out", reached: ["c1", "c2"], ending: "skipped opted_out") {
            fixture, session in
            _ = try await ConsentEditor(database: fixture.store.database, actor: "front").note(
                ConsentEditor.Preference(isGranted: false, how: "desk"), of: .id(session.client.id),
                now: DeliveryFixture.now)
        },
        LateChange(testDescription: "bounced", reached: ["c1", "c2"], ending: "skipped hard_bounce") {
            fixture, session in
            try await ConsentEditor(database: fixture.store.database, actor: "front").suppress(
                .email(try EmailAddress("C3@example.com")), because: .hardBounce, detail: "550",
                now: DeliveryFixture.now)
        },
        LateChange(testDescription: "another address", reached: ["c1", "c2", "new"], ending: "sent") {
            fixture, session in
            try await fixture.store.database.query(
                "UPDATE client SET email = 'new@example.com', email_key = 'new@example.com' WHERE id = \(session.client.id.value)"
            )
        },
        LateChange(testDescription: "another person", reached: ["c1", "c2", "kept"], ending: "sent") {
            fixture, session in
            try await fixture.store.database.query(
                """
                WITH kept AS (
                    INSERT INTO client (name, email, email_key) VALUES ('Kept', 'kept@example.com', 'kept@example.com')
                    RETURNING id
                )
                UPDATE session SET client_id = kept.id FROM kept WHERE session.id = \(session.id.value)
                """)
        },
        LateChange(testDescription: "the trainer is away", reached: ["c1", "c2"], ending: "queued trainer_away") {
            fixture, session in
            _ = try await fixture.store.administration.away(
                fixture.maria.handle, from: session.startsAt, until: session.endsAt, reason: "sick")
        },
        LateChange(testDescription: "the rule is disabled", reached: ["c1", "c2"], ending: "skipped rule_disabled") {
            fixture, _ in
            _ = try await fixture.rules.edit("confirmation", now: DeliveryFixture.now) { $0.isEnabled = false }
        },
    ]

    @Test("evaluates a claimed message again before sending", arguments: turns)
    func turn(_ turn: LateChange) async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            let third = try await fixture.store.database.withConnection {
                try await SessionRepository($0).named(try Reference("00000003"))
            }
            // The first message is claimed alone, the second and third as one batch.
            let mail = ScriptedMailTransport { address in
                guard address == "c2@example.com" else { return .accepted(reply: "250") }
                do {
                    let claimed = try await fixture.claimedSessions()
                    guard claimed == [2, 3] else { return .unknown(reason: "\(claimed) were taken up") }
                    try await turn.change(fixture, third)
                    return .accepted(reply: "250")
                } catch {
                    return .unknown(reason: "\(error)")
                }
            }
            let report = try await fixture.batch(to: mail, connections: 1, maximumClaimAge: .zero).send(
                until: nil, limit: nil)
            #expect(report.counts.isComplete && report.counts.unknown == 0 && report.counts.failed == 0)
            #expect(await mail.deliveries.addresses == turn.reached.map { "\($0)@example.com" })
            #expect(
                try await fixture.ledgerEntries("confirmation", of: third) == ["2027-01-01 16:00 PST \(turn.ending)"])
        }
    }
}

extension DeliveryFixture {
    /// Returns the sessions whose messages are claimed.
    fileprivate func claimedSessions() async throws -> [Int64] {
        try await store.database.query("SELECT session_id FROM message WHERE status = 'attempting' ORDER BY 1")
            .decode(Int64.self)
    }
}
