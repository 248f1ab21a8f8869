import Testing

@testable import Postgres

@Suite("Backoff of reconnection")
struct OutageTests {
    private let start = ContinuousClock.now

    private func pauses(_ count: Int, draw: Double) -> [Duration] {
        var outage = ReconnectBackoff()
        return (0..<count).map { _ in
            _ = outage.fail(at: start)
            return outage.pause(draw: draw)
        }
    }

    @Test("the bound of pauses grows from 100 ms to 5 s, and pauses start at zero")
    func growth() {
        #expect(pauses(8, draw: 1) == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
        #expect(pauses(3, draw: 0.5) == [50, 100, 200].map { .milliseconds($0) })
        #expect(pauses(8, draw: 0).allSatisfy { $0 == .zero })
        #expect(pauses(2000, draw: 1).last == .seconds(5))
    }

    @Test("an outage begins with its first failure and ends with a connection")
    func once() {
        var outage = ReconnectBackoff()
        let before = outage.end(at: start)
        #expect(!before)
        for _ in 0..<2 {
            let failures = [outage.fail(at: start), outage.fail(at: start)]
            #expect(failures == [true, false])
            let connections = [outage.end(at: start), outage.end(at: start)]
            #expect(connections == [true, false])
        }
    }

    @Test(
        "a lasting connection resets the pauses, and a short one counts as another failure",
        arguments: zip([6, 4], [100, 800]))
    func lasting(seconds: Int, pause: Int) {
        var outage = ReconnectBackoff()
        for _ in 0..<3 { _ = outage.fail(at: start) }
        _ = outage.end(at: start)
        _ = outage.fail(at: start + .seconds(seconds))
        #expect(outage.pause(draw: 1) == .milliseconds(pause))
        _ = outage.fail(at: start + .seconds(3600))
        #expect(outage.pause(draw: 1) == .milliseconds(2 * pause))
    }
}
