import Testing

@testable import Messaging

@Suite("Sending rates", .timeLimit(.minutes(30)))
struct SendingRateTests {
    private static let readings: [(String, Duration?)] = [
        ("1/s", .seconds(1)), ("10/s", .milliseconds(100)), ("60/min", .seconds(1)), ("1000/h", .milliseconds(3600)),
        ("0/s", nil), ("-1/s", nil), ("1", nil), ("1/", nil), ("/s", nil), ("1/day", nil), ("1/s/s", nil), ("x/s", nil),
        ("1.5/s", nil), ("", nil), ("99999999999999999999/s", nil),
    ]

    @Test("parses a rate", arguments: readings)
    func written(text: String, interval: Duration?) {
        #expect(SendingRate(parsing: text)?.interval == interval)
    }

    @Test("rejects a count or period that is not positive")
    func senseless() {
        #expect(SendingRate(0, per: .seconds(1)) == nil)
        #expect(SendingRate(1, per: .zero) == nil)
        #expect(SendingRate(1, per: .seconds(-1)) == nil)
    }

    @Test("turns are one interval apart, and unused time is not accumulated")
    func reservations() throws {
        let rate = try #require(SendingRate(10, per: .seconds(1)))
        let start = ContinuousClock.now
        var reservations = RateReservations<ContinuousClock.Instant>()
        let reserve = { (reservations: inout RateReservations<ContinuousClock.Instant>, after: Int, weight: Int) in
            start.duration(to: reservations.reserve(weight, at: rate, now: start + .milliseconds(after)))
        }
        #expect(reserve(&reservations, 0, 1) == .zero)
        #expect(reserve(&reservations, 0, 3) == .milliseconds(100))
        #expect(reserve(&reservations, 10, 1) == .milliseconds(400))
        #expect(reserve(&reservations, 450, 1) == .milliseconds(500))
        #expect(reserve(&reservations, 10_000, 1) == .seconds(10))
        #expect(reserve(&reservations, 10_000, 1) == .milliseconds(10_100))
    }

    @Test("all sessions share the rate")
    func sharing() async throws {
        let (recorder, clock) = (Recorder<String>(), StoppedClock())
        let transport = recorder.rateLimited(try #require(SendingRate(parsing: "2/s")), clock: clock)
        let connections = try (0..<3).map { _ in try transport.makeSession() }
        await withTaskGroup(of: Void.self) { group in
            for session in connections {
                group.addTask { #expect(await session.deliver("m").category == .accepted) }
            }
            await clock.waiters(2)
            #expect(recorder.items.count == 1)
            #expect(clock.deadlines == [.milliseconds(500), .seconds(1)])
            clock.advance(by: .milliseconds(500))
            await group.next()
            await group.next()
            #expect(recorder.items.count == 2)
            clock.advance(by: .milliseconds(500))
        }
        #expect(recorder.items.count == 3)
    }

    @Test("each sender has its own rate, counted in segments")
    func senders() async throws {
        let (recorder, clock) = (Recorder<TextMessage>(), StoppedClock())
        let transport = recorder.rateLimitedBySender(try #require(SendingRate(parsing: "1/s")), clock: clock)
        let session = try transport.makeSession()
        let long = try TextMessage(
            to: "+14155550100", from: TextSender("+14155550199"), body: String(repeating: "a", count: 400))
        let other = try TextMessage(to: "+14155550100", from: TextSender("+14155550198"), body: "a")
        #expect(await session.deliver(long).category == .accepted)
        #expect(await session.deliver(other).category == .accepted)
        let third = Task { await session.deliver(long) }
        await clock.waiters(1)
        #expect(clock.deadlines == [.seconds(3)])
        clock.advance(by: .seconds(3))
        #expect(await third.value.category == .accepted)
        #expect(recorder.items == [long, other, long])
    }

    @Test("a delivery cancelled before its turn, or before it begins, is not sent")
    func cancellation() async throws {
        let (recorder, clock) = (Recorder<String>(), StoppedClock())
        let session = try recorder.rateLimited(try #require(SendingRate(parsing: "1/h")), clock: clock).makeSession()
        #expect(await session.deliver("first").category == .accepted)
        let waiting = Task { await session.deliver("second") }
        await clock.waiters(1)
        waiting.cancel()
        #expect(await waiting.value.category == .notSent(unreachable: false))
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await session.deliver("third")
        }
        #expect(await cancelled.value.category == .notSent(unreachable: false))
        #expect(recorder.items == ["first"])
    }

    @Test("code isolated to a rate-limited session runs on the thread of the underlying session")
    func executor() async throws {
        let recorder = Recorder<String>()
        let session = try recorder.rateLimited(try #require(SendingRate(parsing: "1000/s"))).makeSession()
        let base = try #require(recorder.connections.first)
        func isSame(_ session: isolated any TransportSession<String>) -> Bool { base.isCurrent }
        #expect(await isSame(session))
    }
}
