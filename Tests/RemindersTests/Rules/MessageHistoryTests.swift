import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import Reminders
import Testing

@Suite("History of a session's messages")
struct MessageHistoryTests {
    @Test("shows sent, unknown and queued messages, and the expected reasons to skip")
    func history() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00", phone: "+12135550147")
            try await fixture.send(to: ScriptedMailTransport { _ in .accepted(reply: "250 taken") })
            try await fixture.send(
                to: ScriptedMailTransport { _ in .unknown(reason: "no answer") },
                at: fixture.instant("2027-01-09 14:00"))
            _ = try await ConsentEditor(database: fixture.store.database, actor: "front").note(
                ConsentEditor.Preference(isGranted: false, channels: [.email], how: "desk"), of: .id(session.client.id),
                now: DeliveryFixture.now)
            _ = try await fixture.store.desk.confirm(session.reference, now: DeliveryFixture.now)
            #expect(
                try await fixture.explained(session, at: "2027-01-10 09:00") == [
                    "confirmation sent", "three-days unknown no_answer", "one-day queued opted_out",
                    "one-day-sms queued",
                    "two-hours queued confirmed",
                ])
        }
    }

    @Test("shows planned messages that are not stored yet, and those without an address")
    func planned() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            try await fixture.store.database.query("DELETE FROM message WHERE rule <> 'confirmation'")
            #expect(
                try await fixture.explained(session, at: "2027-01-02 09:00") == [
                    "confirmation queued", "three-days planned", "one-day planned", "one-day-sms skipped no_phone",
                    "two-hours skipped no_phone",
                ])
        }
    }

    @Test("shows the messages of both revisions after a move")
    func moved() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            _ = try await fixture.store.desk.reschedule(
                session.reference, to: fixture.instant("2027-01-03 14:00"), with: nil, overrideReason: nil,
                now: DeliveryFixture.now + 60)
            #expect(
                try await fixture.explained(session, at: "2027-01-02 09:00").filter { !$0.contains("no_phone") } == [
                    "three-days skipped late_booking", "confirmation skipped rescheduled", "rescheduled queued",
                    "one-day queued", "three-days skipped rescheduled", "one-day skipped rescheduled",
                ])
        }
    }

    @Test("shows queued messages as skipped after the start of the session")
    func begun() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            let history = try await fixture.explained(session, at: "2027-01-12 14:00").filter {
                !$0.contains("no_phone")
            }
            #expect(history == ["confirmation", "three-days", "one-day"].map { "\($0) queued session_started" })
        }
    }
}

extension DeliveryFixture {
    /// Returns the history of a session at a local time of the studio, read by a role with read permission only.
    fileprivate func explained(_ session: Session, at time: String) async throws -> [String] {
        let now = try instant(time)
        return try await store.database.transaction { connection in
            try await connection.query("SET TRANSACTION READ ONLY")
            if try await connection.query("SELECT FROM pg_roles WHERE rolname = 'intro_reader'").count == 1 {
                try await connection.query("SET LOCAL ROLE intro_reader")
            }
            return try await LedgerRepository(connection).history(of: session.reference, now: now)
        }.map { entry in [entry.rule, entry.status, entry.reason?.rawValue].compactMap(\.self).joined(separator: " ") }
    }
}
