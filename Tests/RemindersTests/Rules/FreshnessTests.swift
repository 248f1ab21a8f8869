import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import Reminders
import Testing

@Suite("Changes between claim and delivery")
struct FreshnessTests {
    /// A change of the third session after its message was claimed.
    struct Turn: CustomTestStringConvertible {
        let testDescription: String
        /// The recipients that the run reaches.
        let reached: [String]
        /// The final status of the third confirmation.
        let ending: String
        let change: @Sendable (Scene, Session) async throws -> Void
    }

    private static let turns = [
        Turn(testDescription: "nothing", reached: ["c1", "c2", "c3"], ending: "sent") { _, _ in },
        Turn(testDescription: "cancelled", reached: ["c1", "c2", "c3"], ending: "skipped cancelled") { scene, session in
            // The third mail is the notice of cancellation.
            _ = try await scene.books.desk.cancel(session.reference, reason: nil, now: Scene.now)
        },
        Turn(testDescription: "moved", reached: ["c1", "c2", "c3"], ending: "skipped rescheduled") { scene, session in
            _ = try await scene.books.desk.reschedule(
                session.reference, to: session.startsAt + 86_400, with: nil, overrideReason: "asked for", now: Scene.now
            )
            try await scene.books.database.query("UPDATE message SET wait_until = NULL WHERE rule = 'rescheduled'")
        },
        Turn(testDescription: "opted out", reached: ["c1", "c2"], ending: "skipped opted_out") { scene, session in
            _ = try await ConsentDesk(database: scene.books.database, actor: "front").note(
                ConsentDesk.Preference(isGranted: false, how: "desk"), of: .id(session.client.id), now: Scene.now)
        },
        Turn(testDescription: "bounced", reached: ["c1", "c2"], ending: "skipped hard_bounce") { scene, session in
            try await ConsentDesk(database: scene.books.database, actor: "front").suppress(
                .email(try EmailAddress("C3@example.com")), because: .hardBounce, detail: "550", now: Scene.now)
        },
        Turn(testDescription: "another address", reached: ["c1", "c2", "new"], ending: "sent") { scene, session in
            try await scene.books.database.query(
                "UPDATE client SET email = 'new@example.com', email_key = 'new@example.com' WHERE id = \(session.client.id.value)"
            )
        },
        Turn(testDescription: "another person", reached: ["c1", "c2", "kept"], ending: "sent") { scene, session in
            try await scene.books.database.query(
                """
                WITH kept AS (
                    INSERT INTO client (name, email, email_key) VALUES ('Kept', 'kept@example.com', 'kept@example.com')
                    RETURNING id
                )
                UPDATE session SET client_id = kept.id FROM kept WHERE session.id = \(session.id.value)
                """)
        },
        Turn(testDescription: "the trainer is away", reached: ["c1", "c2"], ending: "queued trainer_away") {
            scene, session in
            _ = try await scene.books.office.away(
                scene.maria.handle, from: session.startsAt, until: session.endsAt, reason: "sick")
        },
        Turn(testDescription: "the rule is disabled", reached: ["c1", "c2"], ending: "skipped rule_disabled") {
            scene, _ in
            _ = try await scene.rules.edit("confirmation", now: Scene.now) { $0.isEnabled = false }
        },
    ]

    @Test("evaluates a claimed message again before sending", arguments: turns)
    func turn(_ turn: Turn) async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let third = try await scene.books.database.withConnection {
                try await SessionRepository($0).named(try Reference("00000003"))
            }
            // The first message is claimed alone, the second and third as one batch.
            let mail = ToldTransport { address in
                guard address == "c2@example.com" else { return .accepted(reply: "250") }
                do {
                    let claimed = try await scene.claimedSessions()
                    guard claimed == [2, 3] else { return .unknown(reason: "\(claimed) were taken up") }
                    try await turn.change(scene, third)
                    return .accepted(reply: "250")
                } catch {
                    return .unknown(reason: "\(error)")
                }
            }
            let report = try await scene.batch(to: mail, connections: 1, maximumClaimAge: .zero).send(
                until: nil, limit: nil)
            #expect(report.tally.isComplete && report.tally.unknown == 0 && report.tally.failed == 0)
            #expect(await mail.deliveries.addresses == turn.reached.map { "\($0)@example.com" })
            #expect(try await scene.told("confirmation", of: third) == ["2027-01-01 16:00 PST \(turn.ending)"])
        }
    }
}

extension Scene {
    /// Returns the sessions whose messages are claimed.
    fileprivate func claimedSessions() async throws -> [Int64] {
        try await books.database.query("SELECT session_id FROM message WHERE status = 'attempting' ORDER BY 1")
            .decode(Int64.self)
    }
}
