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
        let begin: @Sendable (Scene) async throws -> Void
        let end: @Sendable (Scene) async throws -> Void
    }

    private static let obstacles = [
        Obstacle(testDescription: "trainer_away") { scene in
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
        } end: { scene in
            try await scene.books.database.query("DELETE FROM time_off")
        },
        Obstacle(testDescription: "studio_closed") { scene in
            try await scene.close("2027-01-11 08:00", until: "2027-01-11 12:00")
        } end: { scene in
            try await scene.books.database.query("DELETE FROM closure")
        },
        Obstacle(testDescription: "trainer_retired") { scene in
            _ = try await scene.books.office.retire(trainer: scene.maria.handle, now: Scene.now)
        } end: { scene in
            try await scene.books.database.query("UPDATE trainer SET retired_at = NULL")
        },
    ]

    @Test("wait with the reason, and are sent once the session can take place again", arguments: obstacles)
    func waits(_ obstacle: Obstacle) async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00", phone: "+12135550147")
            try await obstacle.begin(scene)
            let (mail, texts) = (ToldTransport(), ToldTexts())
            let report = try await scene.send(to: mail, texts: texts)
            #expect(report.tally.due == 0 && report.blocked == 1)
            let oneDay = try scene.instant("2027-01-10 09:00")
            try await scene.send(to: mail, texts: texts, at: oneDay)
            let reason = obstacle.testDescription
            #expect(
                try await scene.ledger(of: session) == [
                    "confirmation 1 queued \(reason)", "three-days 1 queued \(reason)", "one-day 1 queued \(reason)",
                    "one-day-sms 1 queued \(reason)", "two-hours 1 queued quiet_hours",
                ])
            try await obstacle.end(scene)
            try await scene.runnerMinute(to: mail, texts: texts, at: oneDay + 60)
            #expect(await mail.deliveries.addresses.count == 2)
            #expect(
                try await scene.ledger(of: session) == [
                    "confirmation 1 sent", "three-days 1 skipped overtaken", "one-day 1 sent", "one-day-sms 1 sent",
                    "two-hours 1 queued quiet_hours",
                ])
        }
    }

    @Test("are skipped with the reason at the start time of the session", arguments: obstacles)
    func skipped(_ obstacle: Obstacle) async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00")
            try await obstacle.begin(scene)
            let mail = ToldTransport()
            try await scene.runnerMinute(to: mail, at: scene.instant("2027-01-10 09:00"))
            try await scene.runnerMinute(to: mail, at: scene.instant("2027-01-11 09:00"))
            #expect(await mail.deliveries.addresses == [])
            let reason = obstacle.testDescription
            #expect(
                try await scene.ledger(of: session)
                    == ["confirmation", "three-days", "one-day"].map {
                        "\($0) 1 skipped \(reason)"
                    })
        }
    }

    @Test("are not claimed again by a runner until something changes")
    func notClaimedAgain() async throws {
        try await withScene { scene in
            try await scene.book("2027-01-11 09:00")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let mail = ToldTransport()
            try await scene.runnerMinute(to: mail)
            let runs = try await scene.books.database.query("SELECT run_id, xmin::text FROM message ORDER BY id")
                .decode((Int32?, String).self).map { "\($0.0 ?? 0) \($0.1)" }
            for minute in 1...3 { try await scene.runnerMinute(to: mail, at: Scene.now + Double(60 * minute)) }
            let later = try await scene.books.database.query("SELECT run_id, xmin::text FROM message ORDER BY id")
                .decode((Int32?, String).self).map { "\($0.0 ?? 0) \($0.1)" }
            #expect(later == runs)
            let overdue = try await scene.books.database.withConnection {
                try await DeliveryRepository($0).oldestOverdue(now: Scene.now + 3600)
            }
            #expect(overdue == nil)
        }
    }

    @Test("are superseded by the notice of a move that makes the session possible")
    func moved() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let mail = ToldTransport()
            try await scene.send(to: mail)
            _ = try await scene.books.desk.reschedule(
                session.reference, to: scene.instant("2027-01-12 09:00"), with: nil, overrideReason: nil,
                now: Scene.now + 60)
            try await scene.send(to: mail, at: Scene.now + 120)
            #expect(await mail.deliveries.addresses.count == 1)
            let ledger = try await scene.ledger(of: session)
            #expect(ledger.contains("confirmation 1 skipped rescheduled") && ledger.contains("rescheduled 2 sent"))
        }
    }

    @Test("a notice of a move waits if the new time has become impossible")
    func noticeOfMove() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00")
            try await scene.send(to: ToldTransport())
            _ = try await scene.books.desk.reschedule(
                session.reference, to: scene.instant("2027-01-12 09:00"), with: nil, overrideReason: nil,
                now: Scene.now + 60)
            try await scene.close("2027-01-12 00:00", until: "2027-01-13 00:00")
            let mail = ToldTransport()
            try await scene.send(to: mail, at: Scene.now + 600)
            #expect(await mail.deliveries.addresses == [])
            #expect(try await scene.ledger(of: session).contains("rescheduled 2 queued studio_closed"))
        }
    }

    @Test("cancellations, requested calls and follow-ups of attended sessions do not wait")
    func notBlocked() async throws {
        try await withScene { scene in
            let cancelled = try await scene.book("2027-01-11 09:00", for: "ana@example.com")
            let visited = try await scene.book("2027-01-11 10:00", for: "ben@example.com")
            let calling = try await scene.book("2027-01-11 11:00", for: "eve@example.com", phone: "+12135550147")
            try await scene.send(to: ToldTransport())
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            _ = try await scene.books.desk.cancel(cancelled.reference, reason: nil, now: Scene.now)
            _ = try await scene.books.desk.close(visited.reference, as: .attended)
            let desk = InboundTexts(database: scene.books.database, actor: "test")
            let text = InboundTexts.Text(
                providerID: nil, sender: .phone(try PhoneNumber(e164: "+12135550147")), recipient: nil, body: "R")
            _ = try await desk.receive(text, meaning: InboundTexts.Meaning(.callRequested), now: Scene.now) { _, _ in
                nil
            }
            try await scene.send(to: ToldTransport())
            #expect(try await scene.ledger(of: cancelled).contains("cancelled 2 sent"))
            #expect(try await scene.ledger(of: calling).contains("call-back 1 sent"))
            try await scene.send(to: ToldTransport(), at: scene.instant("2027-01-12 09:00"))
            #expect(try await scene.ledger(of: visited).contains("attended 1 sent"))
        }
    }

    @Test("a follow-up of an unmarked session waits until it is marked")
    func followUp() async throws {
        try await withScene { scene in
            _ = try await scene.rules.add(
                ReminderRule(
                    key: try Handle("feedback"), anchor: .end, offset: RuleOffset(days: 0, minutes: 60),
                    channel: .email,
                    template: try Handle("attended")), now: Scene.now)
            let session = try await scene.book("2027-01-11 09:00")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let mail = ToldTransport()
            try await scene.send(to: mail, at: scene.instant("2027-01-11 11:00"))
            #expect(try await scene.told("feedback", of: session) == ["2027-01-11 10:20 PST queued trainer_away"])
            #expect(await mail.deliveries.addresses == [])
            _ = try await scene.books.desk.close(session.reference, as: .attended)
            try await scene.runnerMinute(to: mail, at: scene.instant("2027-01-11 11:01"))
            #expect(try await scene.told("feedback", of: session) == ["2027-01-11 10:20 PST sent"])
        }
    }

    @Test("messages of a session outside working hours do not wait")
    func outsideHours() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 20:00", overriding: "asked for")
            try await scene.send(to: ToldTransport())
            #expect(try await scene.ledger(of: session).first == "confirmation 1 sent")
        }
    }

    @Test("a forecast lists waiting messages separately")
    func forecast() async throws {
        try await withScene { scene in
            try await scene.book("2027-01-11 09:00")
            try await scene.book("2027-01-12 09:00", for: "ben@example.com")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            let batch = try scene.batch(to: ToldTransport())
            let groups = try await batch.forecast(until: nil)
            #expect(groups.map(\.skipReason) == [nil, .trainerAway])
            #expect(groups.map(\.waits) == [false, true])
            let tally = try await batch.forecastCounts(until: nil, limit: nil)
            #expect(tally.due == 1 && tally.skipped == 0)
        }
    }

    @Test("the history of a session shows the obstacle of each waiting message")
    func account() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00", reason: "sick")
            let account = try await scene.books.database.withConnection {
                try await LedgerRepository($0).history(of: session.reference, now: Scene.now)
            }
            let waiting = account.filter { $0.status == "queued" }
            #expect(waiting.map(\.rule) == ["confirmation", "three-days", "one-day"])
            #expect(waiting.allSatisfy { $0.reason == .trainerAway && $0.obstacleDetail == "sick" })
            #expect(waiting.allSatisfy { $0.trainerName == "maria" })
        }
    }

    @Test("the history omits a removed obstacle before the next run")
    func gone() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            try await scene.runnerMinute(to: ToldTransport())
            try await scene.books.database.query("DELETE FROM time_off")
            let account = try await scene.books.database.withConnection {
                try await LedgerRepository($0).history(of: session.reference, now: Scene.now)
            }
            #expect(account.first { $0.rule == "confirmation" }?.status == "queued")
            #expect(account.first { $0.rule == "confirmation" }?.reason == nil)
        }
    }

    @Test("an opt-out takes precedence over an obstacle")
    func optedOut() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-11 09:00")
            try await scene.away("2027-01-11 00:00", until: "2027-01-12 00:00")
            _ = try await ConsentDesk(database: scene.books.database, actor: "front").note(
                ConsentDesk.Preference(isGranted: false, channels: [.email], how: "desk"), of: .id(session.client.id),
                now: Scene.now)
            try await scene.send(to: ToldTransport())
            #expect(try await scene.ledger(of: session).first == "confirmation 1 skipped opted_out")
        }
    }
}

extension Scene {
    /// Adds time off for Maria.
    func away(_ from: String, until: String, reason: String? = nil) async throws {
        _ = try await books.office.away(
            maria.handle, from: instant(from), until: instant(until), reason: reason)
    }

    /// Closes the studio.
    func close(_ from: String, until: String) async throws {
        _ = try await books.office.close(
            studio: studio.handle, Closure(from: instant(from), until: instant(until), reason: "paint"))
    }

    /// Plans and sends due messages, as a runner does each minute.
    func runnerMinute(
        to mail: ToldTransport, texts: ToldTexts = ToldTexts(), at now: Date = Scene.now
    ) async throws {
        _ = try await books.database.transaction { try await DeliveryRepository($0).plan(until: now, now: now) }
        _ = try await batch(to: mail, texts: texts, mode: .continuous, at: now).send(until: nil, limit: nil)
    }
}
