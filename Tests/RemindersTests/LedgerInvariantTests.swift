import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import SeededRandom
import Testing

@Suite("Invariants of the ledger")
struct LedgerInvariantTests {
    @Test("the invariants hold after any sequence of changes and sent batches", arguments: 0..<3)
    func randomDays(seed: Int) async throws {
        try await withDeliveryFixture { fixture in
            var random = SeededGenerator(seed: UInt64(seed))
            var now = DeliveryFixture.now
            for step in 0..<45 {
                now += TimeInterval(Int.random(in: 5...240, using: &random) * 60)
                try await change(fixture, step: step, at: now, using: &random)
                try await fixture.send(to: ScriptedMailTransport(), at: now)
                guard step % 3 == 2 else { continue }
                #expect(try await violations(in: fixture, at: now) == [], "seed \(seed), step \(step)")
            }
            let statuses = Set(
                try await fixture.store.database.query("SELECT after ->> 'status' FROM event WHERE subject = 'session'")
                    .decode(String.self))
            #expect(
                statuses.isSuperset(of: ["booked", "cancelled"]) && statuses.count > 2, "seed \(seed): \(statuses)")
            #expect(try await fixture.counts()["sent", default: 0] > 20, "seed \(seed)")
        }
    }

    /// Makes one random change; a refusal changes nothing.
    private func change(
        _ fixture: DeliveryFixture, step: Int, at now: Date, using random: inout SeededGenerator
    ) async throws {
        let (desk, request) = (fixture.store.desk, ChangeRequest(now: now))
        let start = try anyStart(fixture, after: now, using: &random)
        let sessions = try await fixture.store.database.query("SELECT reference FROM session ORDER BY id")
            .decode(String.self).map { try Reference($0) }
        do {
            switch (Int.random(in: 0..<9, using: &random), sessions.randomElement(using: &random)) {
            case (4...5, let reference?):
                _ = try await desk.reschedule(reference, to: start, with: nil, overrideReason: nil, now: now)
            case (6, let reference?): _ = try await desk.cancel(reference, reason: nil, now: now)
            case (7, let reference?): _ = try await desk.undo(reference, reason: "wrong", request)
            case (8, let reference?):
                let mark: Session.Status = Bool.random(using: &random) ? .attended : .noShow
                _ = try await desk.mark(reference, as: mark, reason: "wrong", overrideReason: "early", request)
            default:
                try await fixture.book(
                    start.formatted(.iso8601), for: "p\(step)@example.com", name: "Person \(step)", now: now)
            }
        } catch is Refusal {
        } catch is CorrectionRules.ReasonMissing {
        }
    }

    /// A start within working hours of the next days.
    private func anyStart(_ fixture: DeliveryFixture, after now: Date, using random: inout SeededGenerator) throws
        -> Date
    {
        let clock = fixture.studio.clock
        let day = clock.startOfDay(clock.date(of: now).adding(days: Int.random(in: 0...5, using: &random)))
        return day + TimeInterval(9 * 3600 + Int.random(in: 0..<16, using: &random) * 1800)
    }

    private func violations(in fixture: DeliveryFixture, at now: Date) async throws -> [String] {
        let (_, results) = try await InvariantSnapshot.check(
            LedgerInvariant.allCases, in: fixture.store.database, connections: 1
        ) { try await $0.result(on: $1, now: now) }
        return zip(LedgerInvariant.allCases, results).filter { $1.violations > 0 }.map { "\($0): \($1.examples)" }
    }
}
