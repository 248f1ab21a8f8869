import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import Reminders
import Testing

@Suite("Messages of sessions that cannot take place")
struct ObstacleTests {
    /// An obstacle that prevents Maria's session on 2027-01-11.
    struct Obstacle: CustomTestStringConvertible {
        let testDescription: String
        let begin: @Sendable (DeliveryFixture) async throws -> Void
        let end: @Sendable (DeliveryFixture) async throws -> Void
    }

    private static let obstacles = [
        Obstacle(testDescription: "trainer_away") { fixture in
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
        } end: { fixture in
            try await fixture.store.database.query("DELETE FROM time_off")
        },
        Obstacle(testDescription: "studio_closed") { fixture in
            try await fixture.close("2027-01-11 08:00", until: "2027-01-11 12:00")
        } end: { fixture in
            try await fixture.store.database.query("DELETE FROM closure")
        },
        Obstacle(testDescription: "trainer_retired") { fixture in
            _ = try await fixture.store.administration.retire(trainer: fixture.maria.handle, now: DeliveryFixture.now)
        } end: { fixture in
            try await fixture.store.database.query("UPDATE trainer SET retired_at = NULL")
        },
    ]

    @Test("messages wait with the reason, and are sent once the session can take place again", arguments: obstacles)
    func waits(_ obstacle: Obstacle) async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00", phone: "+12135550147")
            try await obstacle.begin(fixture)
            let (mail, texts) = (ScriptedMailTransport(), ScriptedTextTransport())
            let report = try await fixture.send(to: mail, texts: texts)
            #expect(report.counts.due == 0 && report.blocked == 1)
            let oneDay = try fixture.instant("2027-01-10 09:00")
            try await fixture.send(to: mail, texts: texts, at: oneDay)
            let reason = obstacle.testDescription
            #expect(
                try await fixture.ledger(of: session) == [
                    "confirmation 1 queued \(reason)", "three-days 1 queued \(reason)", "one-day 1 queued \(reason)",
                    "one-day-sms 1 queued \(reason)", "two-hours 1 queued quiet_hours",
                ])
            try await obstacle.end(fixture)
            try await fixture.runnerMinute(to: mail, texts: texts, at: oneDay + 60)
            #expect(await mail.deliveries.addresses.count == 2)
            #expect(
                try await fixture.ledger(of: session) == [
                    "confirmation 1 sent", "three-days 1 skipped overtaken", "one-day 1 sent", "one-day-sms 1 sent",
                    "two-hours 1 queued quiet_hours",
                ])
        }
    }

    @Test("waiting messages are skipped with the reason at the start time of the session", arguments: obstacles)
    func skipped(_ obstacle: Obstacle) async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await obstacle.begin(fixture)
            let mail = ScriptedMailTransport()
            try await fixture.runnerMinute(to: mail, at: fixture.instant("2027-01-10 09:00"))
            try await fixture.runnerMinute(to: mail, at: fixture.instant("2027-01-11 09:00"))
            #expect(await mail.deliveries.addresses == [])
            let reason = obstacle.testDescription
            #expect(
                try await fixture.ledger(of: session)
                    == ["confirmation", "three-days", "one-day"].map {
                        "\($0) 1 skipped \(reason)"
                    })
        }
    }

    @Test("a runner does not claim waiting messages again until something changes")
    func notClaimedAgain() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-11 09:00")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let mail = ScriptedMailTransport()
            try await fixture.runnerMinute(to: mail)
            let runs = try await fixture.store.database.query("SELECT run_id, xmin::text FROM message ORDER BY id")
                .decode((Int32?, String).self).map { "\($0.0 ?? 0) \($0.1)" }
            for minute in 1...3 {
                try await fixture.runnerMinute(to: mail, at: DeliveryFixture.now + Double(60 * minute))
            }
            let later = try await fixture.store.database.query("SELECT run_id, xmin::text FROM message ORDER BY id")
                .decode((Int32?, String).self).map { "\($0.0 ?? 0) \($0.1)" }
            #expect(later == runs)
            let overdue = try await fixture.store.database.withConnection {
                try await DeliveryRepository($0).oldestOverdue(now: DeliveryFixture.now + 3600)
            }
            #expect(overdue == nil)
        }
    }

    @Test("the notice of a move that makes the session possible supersedes waiting messages")
    func moved() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail)
            _ = try await fixture.store.desk.reschedule(
                session.reference, to: fixture.instant("2027-01-12 09:00"), with: nil, overrideReason: nil,
                now: DeliveryFixture.now + 60)
            try await fixture.send(to: mail, at: DeliveryFixture.now + 120)
            #expect(await mail.deliveries.addresses.count == 1)
            let ledger = try await fixture.ledger(of: session)
            #expect(ledger.contains("confirmation 1 skipped rescheduled") && ledger.contains("rescheduled 2 sent"))
        }
    }

    @Test("a notice of a move waits if the new time has become impossible")
    func noticeOfMove() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await fixture.store.desk.reschedule(
                session.reference, to: fixture.instant("2027-01-12 09:00"), with: nil, overrideReason: nil,
                now: DeliveryFixture.now + 60)
            try await fixture.close("2027-01-12 00:00", until: "2027-01-13 00:00")
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: DeliveryFixture.now + 600)
            #expect(await mail.deliveries.addresses == [])
            #expect(try await fixture.ledger(of: session).contains("rescheduled 2 queued studio_closed"))
        }
    }

    @Test("cancellations, requested calls and follow-ups of attended sessions do not wait")
    func notBlocked() async throws {
        try await withDeliveryFixture { fixture in
            let cancelled = try await fixture.book("2027-01-11 09:00", for: "ana@example.com")
            let visited = try await fixture.book("2027-01-11 10:00", for: "ben@example.com")
            let calling = try await fixture.book("2027-01-11 11:00", for: "eve@example.com", phone: "+12135550147")
            try await fixture.send(to: ScriptedMailTransport())
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            _ = try await fixture.store.desk.cancel(cancelled.reference, reason: nil, now: DeliveryFixture.now)
            _ = try await fixture.store.desk.close(visited.reference, as: .attended)
            let desk = InboundTexts(database: fixture.store.database, actor: "test")
            let text = InboundTexts.Text(
                providerID: nil, sender: .phone(try PhoneNumber(e164: "+12135550147")), recipient: nil, body: "R")
            _ = try await desk.receive(text, meaning: InboundTexts.Meaning(.callRequested), now: DeliveryFixture.now) {
                _, _ in
                nil
            }
            try await fixture.send(to: ScriptedMailTransport())
            #expect(try await fixture.ledger(of: cancelled).contains("cancelled 2 sent"))
            #expect(try await fixture.ledger(of: calling).contains("call-back 1 sent"))
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-12 09:00"))
            #expect(try await fixture.ledger(of: visited).contains("attended 1 sent"))
        }
    }

    @Test("a follow-up of an unmarked session waits until it is marked")
    func followUp() async throws {
        try await withDeliveryFixture { fixture in
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("feedback"), anchor: .end, offset: RuleOffset(days: 0, minutes: 60),
                    channel: .email,
                    template: try Handle("attended")), now: DeliveryFixture.now)
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: fixture.instant("2027-01-11 11:00"))
            #expect(
                try await fixture.ledgerEntries("feedback", of: session) == ["2027-01-11 10:20 PST queued trainer_away"]
            )
            #expect(await mail.deliveries.addresses == [])
            _ = try await fixture.store.desk.close(session.reference, as: .attended)
            try await fixture.runnerMinute(to: mail, at: fixture.instant("2027-01-11 11:01"))
            #expect(try await fixture.ledgerEntries("feedback", of: session) == ["2027-01-11 10:20 PST sent"])
        }
    }

    @Test("messages of a session outside working hours do not wait")
    func outsideHours() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 20:00", overriding: "asked for")
            try await fixture.send(to: ScriptedMailTransport())
            #expect(try await fixture.ledger(of: session).first == "confirmation 1 sent")
        }
    }

    @Test("a forecast lists waiting messages separately")
    func forecast() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.book("2027-01-11 09:00")
            try await fixture.book("2027-01-12 09:00", for: "ben@example.com")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let batch = try fixture.batch(to: ScriptedMailTransport())
            let groups = try await batch.forecast(until: nil)
            #expect(groups.map(\.skipReason) == [nil, .trainerAway])
            #expect(groups.map(\.waits) == [false, true])
            let report = try await batch.forecastReport(until: nil, limit: nil)
            #expect(report.counts.due == 1 && report.counts.skipped == 0 && report.blocked == 1)
        }
    }

    @Test("waiting messages do not count towards the limit of a forecast, as in a run", arguments: [1, 2])
    func limitedForecast(limit: Int) async throws {
        try await withDeliveryFixture { fixture in
            for (day, name) in [("11", "ana"), ("12", "ben"), ("11", "carl"), ("13", "dora"), ("14", "eve")] {
                let start = "2027-01-\(day) \(name == "carl" ? "10" : "09"):00"
                try await fixture.book(start, for: "\(name)@example.com")
            }
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let batch = try fixture.batch(to: ScriptedMailTransport(), connections: 1)
            let forecast = try await batch.forecastReport(until: nil, limit: limit)
            #expect(forecast.counts.due == limit && forecast.blocked == limit)
            let report = try await batch.send(until: nil, limit: limit)
            #expect(report.counts.due == forecast.counts.due && report.counts.sent == limit)
            #expect(report.blocked == forecast.blocked)
        }
    }

    @Test("the history of a session shows the obstacle of each waiting message")
    func account() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00", reason: "sick")
            let account = try await fixture.store.database.withConnection {
                try await LedgerRepository($0).history(of: session.reference, now: DeliveryFixture.now)
            }
            let waiting = account.filter { $0.status == "queued" }
            #expect(waiting.map(\.rule) == ["confirmation", "three-days", "one-day"])
            #expect(waiting.allSatisfy { $0.reason == .trainerAway && $0.obstacleDetail == "sick" })
            #expect(waiting.allSatisfy { $0.trainerName == "maria" })
        }
    }

    @Test("the history omits a removed obstacle before the next run")
    func gone() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            try await fixture.runnerMinute(to: ScriptedMailTransport())
            try await fixture.store.database.query("DELETE FROM time_off")
            let account = try await fixture.store.database.withConnection {
                try await LedgerRepository($0).history(of: session.reference, now: DeliveryFixture.now)
            }
            #expect(account.first { $0.rule == "confirmation" }?.status == "queued")
            #expect(account.first { $0.rule == "confirmation" }?.reason == nil)
        }
    }

    @Test("an opt-out takes precedence over an obstacle")
    func optedOut() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            _ = try await ConsentEditor(database: fixture.store.database, actor: "front").note(
                ConsentEditor.Preference(isGranted: false, channels: [.email], how: "desk"), of: .id(session.client.id),
                now: DeliveryFixture.now)
            try await fixture.send(to: ScriptedMailTransport())
            #expect(try await fixture.ledger(of: session).first == "confirmation 1 skipped opted_out")
        }
    }
}

extension DeliveryFixture {
    /// Adds time off for Maria.
    func away(_ from: String, until: String, reason: String? = nil) async throws {
        _ = try await store.administration.away(
            maria.handle, from: instant(from), until: instant(until), reason: reason)
    }

    /// Closes the studio.
    func close(_ from: String, until: String) async throws {
        _ = try await store.administration.close(
            studio: studio.handle, Closure(from: instant(from), until: instant(until), reason: "paint"))
    }

    /// Plans and sends due messages, as a runner does each minute.
    func runnerMinute(
        to mail: ScriptedMailTransport, texts: ScriptedTextTransport = ScriptedTextTransport(),
        at now: Date = DeliveryFixture.now
    ) async throws {
        _ = try await store.database.transaction { try await DeliveryRepository($0).plan(until: now, now: now) }
        _ = try await batch(to: mail, texts: texts, mode: .continuous, at: now).send(until: nil, limit: nil)
    }
}
