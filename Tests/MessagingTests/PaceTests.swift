import Testing

@testable import Messaging

@Suite("the pace of messages", .timeLimit(.minutes(30)))
struct PaceTests {
    private static let readings: [(String, Duration?)] = [
        ("1/s", .seconds(1)), ("10/s", .milliseconds(100)), ("60/min", .seconds(1)), ("1000/h", .milliseconds(3600)),
        ("0/s", nil), ("-1/s", nil), ("1", nil), ("1/", nil), ("/s", nil), ("1/day", nil), ("1/s/s", nil), ("x/s", nil),
        ("1.5/s", nil), ("", nil), ("99999999999999999999/s", nil),
    ]

    @Test("a pace is read as it is written", arguments: readings)
    func written(text: String, interval: Duration?) {
        #expect(Pace(parsing: text)?.interval == interval)
    }

    @Test("no pace is made of none in no time")
    func senseless() {
        #expect(Pace(0, per: .seconds(1)) == nil)
        #expect(Pace(1, per: .zero) == nil)
        #expect(Pace(1, per: .seconds(-1)) == nil)
    }

    @Test("turns are an interval apart, and time that nobody used is not saved up")
    func turns() throws {
        let pace = try #require(Pace(10, per: .seconds(1)))
        let start = ContinuousClock.now
        var turns = Turns<ContinuousClock.Instant>()
        let take = { (turns: inout Turns<ContinuousClock.Instant>, after: Int, weight: Int) in
            start.duration(to: turns.take(weight, at: pace, now: start + .milliseconds(after)))
        }
        #expect(take(&turns, 0, 1) == .zero)
        #expect(take(&turns, 0, 3) == .milliseconds(100))
        #expect(take(&turns, 10, 1) == .milliseconds(400))
        #expect(take(&turns, 450, 1) == .milliseconds(500))
        #expect(take(&turns, 10_000, 1) == .seconds(10))
        #expect(take(&turns, 10_000, 1) == .milliseconds(10_100))
    }

    @Test("a pace is kept by all couriers together")
    func sharing() async throws {
        let (recorder, clock) = (Recorder<String>(), StoppedClock())
        let transport = recorder.paced(try #require(Pace(parsing: "2/s")), clock: clock)
        let couriers = try (0..<3).map { _ in try transport.makeCourier() }
        await withTaskGroup(of: Void.self) { group in
            for courier in couriers {
                group.addTask { #expect(await courier.deliver("m").verdict == .accepted) }
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

    @Test("each sender of texts has a pace of its own, counted in segments")
    func senders() async throws {
        let (recorder, clock) = (Recorder<TextMessage>(), StoppedClock())
        let transport = recorder.pacedBySender(try #require(Pace(parsing: "1/s")), clock: clock)
        let courier = try transport.makeCourier()
        let long = try TextMessage(
            to: "+14155550100", from: TextSender("+14155550199"), body: String(repeating: "a", count: 400))
        let other = try TextMessage(to: "+14155550100", from: TextSender("+14155550198"), body: "a")
        #expect(await courier.deliver(long).verdict == .accepted)
        #expect(await courier.deliver(other).verdict == .accepted)
        let third = Task { await courier.deliver(long) }
        await clock.waiters(1)
        #expect(clock.deadlines == [.seconds(3)])
        clock.advance(by: .seconds(3))
        #expect(await third.value.verdict == .accepted)
        #expect(recorder.items == [long, other, long])
    }

    @Test("a delivery cancelled before its turn is not sent, and neither is one cancelled from the start")
    func cancellation() async throws {
        let (recorder, clock) = (Recorder<String>(), StoppedClock())
        let courier = try recorder.paced(try #require(Pace(parsing: "1/h")), clock: clock).makeCourier()
        #expect(await courier.deliver("first").verdict == .accepted)
        let waiting = Task { await courier.deliver("second") }
        await clock.waiters(1)
        waiting.cancel()
        #expect(await waiting.value.verdict == .notSent(unreachable: false))
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await courier.deliver("third")
        }
        #expect(await cancelled.value.verdict == .notSent(unreachable: false))
        #expect(recorder.items == ["first"])
    }

    @Test("work that is isolated to a paced courier runs where the courier itself does")
    func executor() async throws {
        let recorder = Recorder<String>()
        let courier = try recorder.paced(try #require(Pace(parsing: "1000/s"))).makeCourier()
        let base = try #require(recorder.couriers.first)
        func isSame(_ courier: isolated any Courier<String>) -> Bool { base.isCurrent }
        #expect(await isSame(courier))
    }
}
