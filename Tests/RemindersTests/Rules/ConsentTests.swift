import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Communication preferences")
struct ConsentTests {
    private static let number = "+12135550147"

    @Test("an opt-out applies only to its channel and scope")
    func channelsAndScopes() async throws {
        try await withDeliveryFixture { fixture in
            let silent = try await fixture.book("2027-01-12 14:00", phone: Self.number)
            let brief = try await fixture.book("2027-01-12 15:00", for: "ben@example.com", phone: "+12135550148")
            try await fixture.note(
                ConsentEditor.Preference(isGranted: false, channels: [.sms], scopes: [.session], how: "desk"),
                of: silent)
            try await fixture.note(
                ConsentEditor.Preference(isGranted: false, scopes: [.followUp], how: "desk"), of: brief)
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 15:00"))
            #expect(try await fixture.ledgerEntries("one-day", of: silent) == ["2027-01-11 14:00 PST sent"])
            #expect(
                try await fixture.ledgerEntries("one-day-sms", of: silent) == ["2027-01-11 14:00 PST skipped opted_out"]
            )
            #expect(try await fixture.ledgerEntries("one-day-sms", of: brief) == ["2027-01-11 15:00 PST sent"])
            for session in [silent, brief] { _ = try await fixture.store.desk.close(session.reference, as: .attended) }
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-13 09:00"))
            #expect(try await fixture.ledgerEntries("attended", of: silent) == ["2027-01-13 09:00 PST sent"])
            #expect(
                try await fixture.ledgerEntries("attended", of: brief) == ["2027-01-13 09:00 PST skipped opted_out"])
        }
    }

    @Test("STOP and START from a shared number apply to both clients")
    func sharedNumber() async throws {
        try await withDeliveryFixture { fixture in
            let ana = try await fixture.book("2027-01-12 14:00")
            let ben = try await fixture.book("2027-01-12 15:00", for: "ben@example.com")
            try await fixture.store.database.query("UPDATE client SET phone = \(Self.number)")
            try await fixture.receive(.optedOut, "STOP")
            for session in [ana, ben] {
                #expect(try await fixture.consents(of: session, to: .sms) == [false, false])
                #expect(try await fixture.consents(of: session, to: .email) == [true, true])
            }
            #expect(try await fixture.suppressions() == ["opt_out STOP"])
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 14:30"))
            #expect(
                try await fixture.ledgerEntries("one-day-sms", of: ana) == ["2027-01-11 14:00 PST skipped opted_out"])
            try await fixture.receive(.optedIn, "START")
            for session in [ana, ben] { #expect(try await fixture.consents(of: session, to: .sms) == [true, true]) }
            #expect(try await fixture.suppressions() == [])
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 15:00"))
            #expect(try await fixture.ledgerEntries("one-day-sms", of: ben) == ["2027-01-11 15:00 PST sent"])
        }
    }

    @Test("a preference at the desk applies to one of two clients with a shared number only")
    func oneOfTwo() async throws {
        try await withDeliveryFixture { fixture in
            let ana = try await fixture.book("2027-01-12 14:00")
            let ben = try await fixture.book("2027-01-12 15:00", for: "ben@example.com")
            try await fixture.store.database.query("UPDATE client SET phone = \(Self.number)")
            try await fixture.receive(.optedOut, "STOP")
            try await fixture.note(ConsentEditor.Preference(isGranted: true, how: "desk"), of: ana)
            #expect(try await fixture.consents(of: ana, to: .sms) == [true, true])
            #expect(try await fixture.consents(of: ben, to: .sms) == [false, false])
        }
    }

    @Test("a new consent lifts an opt-out, but no other reason for blocking")
    func optInLiftsOptOutOnly() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            let consentEditor = fixture.consentEditor
            for reason in Suppression.Reason.allCases {
                try await consentEditor.suppress(
                    .email(try EmailAddress("Ana@Example.com")), because: reason, detail: nil, now: DeliveryFixture.now)
            }
            try await fixture.note(ConsentEditor.Preference(isGranted: true, how: "desk"), of: session)
            #expect(try await Set(fixture.suppressions()) == ["hard_bounce", "complaint", "manual"])
            try await fixture.send(to: ScriptedMailTransport())
            #expect(
                try await fixture.ledgerEntries("confirmation", of: session) == [
                    "2027-01-01 16:00 PST skipped complaint"
                ])
            try await consentEditor.lift(.email(try EmailAddress("ana@example.com")))
            #expect(try await fixture.suppressions() == [])
        }
    }

    @Test("an unsubscribe link stops mail, and an unknown token is not found")
    func link() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00", phone: Self.number)
            let token = try await fixture.store.database.query("SELECT unsubscribe_token FROM client").decode(
                UUID.self)[
                    0]
            _ = try await fixture.consentEditor.unsubscribe(token, now: DeliveryFixture.now)
            #expect(try await fixture.consents(of: session, to: .email) == [false, false])
            #expect(try await fixture.consents(of: session, to: .sms) == [true, true])
            let stranger = UUID()
            await #expect(throws: NotFound.self) {
                try await fixture.consentEditor.unsubscribe(stranger, now: DeliveryFixture.now)
            }
        }
    }

    @Test("marks a sent mail as failed after a bounce")
    func bounced() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            try await fixture.send(to: ScriptedMailTransport())
            let name = MessageName(reference: session.reference, rule: "confirmation", revision: 1)
            let mail = InboundMail(database: fixture.store.database, actor: "front")
            func receive(_ messageID: String) async throws -> InboundMail.Receipt {
                let claim = ReportedAddress(
                    try EmailAddress("ana@example.com"), claim: .messageRefused, detail: "550 no")
                let content = InboundMail.Content.failure([claim], messageIDs: ["a@b.test", messageID])
                return try await mail.receive(
                    InboundMail.Item(sender: nil, subject: nil, excerpt: messageID, content: content),
                    now: DeliveryFixture.now)
            }
            #expect(try await receive("\(name.text)@intro.test").entry.action == .messageFailed)
            try await fixture.send(to: ScriptedMailTransport(), at: DeliveryFixture.now + 60)
            #expect(
                try await fixture.ledgerEntries("confirmation", of: session) == ["2027-01-01 16:00 PST failed bounced"])
            for stranger in ["x@y.test", "\(session.reference.code).three-days.1@intro.test"] {
                #expect(try await receive(stranger).entry.review == .unknownMessage)
            }
        }
    }

    @Test("throws an error for an unknown scope and an unknown reason for blocking")
    func unknownCodes() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            try await fixture.receive(.optedOut, "STOP")
            try await fixture.store.database.withConnection { connection in
                try await connection.execute(
                    script: """
                        ALTER TABLE consent DROP CONSTRAINT consent_scope_is_known;
                        ALTER TABLE suppression DROP CONSTRAINT suppression_reason_is_known;
                        UPDATE consent SET scope = 'weather' WHERE channel = 'email' AND scope = 'session';
                        UPDATE suppression SET reason = 'weather';
                        """)
            }
            await #expect(throws: UnknownCode.self) { _ = try await fixture.consents(of: session, to: .email) }
            await #expect(throws: UnknownCode.self) { _ = try await fixture.suppressions() }
        }
    }

    @Test("logs each preference with actor, time and source")
    func log() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00", phone: Self.number)
            try await fixture.receive(.optedOut, "STOP")
            try await fixture.note(
                ConsentEditor.Preference(isGranted: true, channels: [.sms], how: "on the phone"), of: session)
            let events = try await fixture.store.database.query(
                """
                SELECT concat_ws(' ', actor, subject, action, coalesce(after, before) ->> 'channel',
                                 after ->> 'granted', after ->> 'how', coalesce(after, before) ->> 'reason')
                FROM event
                WHERE subject IN ('consent', 'suppression')
                  AND (coalesce(after, before) ->> 'at')::timestamptz = \(DeliveryFixture.now)
                ORDER BY id
                """
            ).decode(String.self)
            #expect(
                events == [
                    "provider consent update sms false sms", "provider consent update sms false sms",
                    "provider suppression insert sms opt_out", "front consent update sms true on the phone",
                    "front consent update sms true on the phone", "front suppression delete sms opt_out",
                ])
        }
    }
}

extension DeliveryFixture {
    fileprivate var consentEditor: ConsentEditor { ConsentEditor(database: store.database, actor: "front") }

    fileprivate func note(_ preference: ConsentEditor.Preference, of session: Session) async throws {
        _ = try await consentEditor.note(preference, of: .id(session.client.id), now: Self.now)
    }

    /// Receives a text message from the client's number.
    fileprivate func receive(_ action: InboundTexts.Action, _ body: String) async throws {
        let text = InboundTexts.Text(
            providerID: nil, sender: .phone(try PhoneNumber(e164: "+12135550147")), recipient: nil, body: body)
        _ = try await InboundTexts(database: store.database, actor: "provider").receive(
            text, meaning: InboundTexts.Meaning(action), now: Self.now
        ) { _, _ in nil }
    }

    fileprivate func consents(of session: Session, to channel: Channel) async throws -> [Bool] {
        try await store.database.withConnection { try await ConsentRepository($0).consents(of: session.client.id) }
            .filter { $0.channel == channel }.map(\.isGranted)
    }

    fileprivate func suppressions() async throws -> [String] {
        try await store.database.withConnection { try await ConsentRepository($0).suppressions() }
            .map { [$0.reason.rawValue, $0.detail].compactMap(\.self).joined(separator: " ") }
    }
}
