import Foundation
import Locking
import Logging
import PostgresTesting
import Testing

@testable import Telemetry

@Suite("Lasting problems")
struct LastingProblemTests {
    private final class Clock: Sendable {
        private let instant = Guarded(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    @Test("a problem is logged when it begins, hourly, and with its duration when it ends")
    func lines() {
        let (log, clock) = (CapturedLog(), Clock())
        let problems = ProblemLog(logger: log.logger) { clock.now }
        let occur = { problems.occurs("x", "it is broken", metadata: ["error": "53100"]) }
        problems.ends("x", "it works")
        #expect(log.text.isEmpty)
        occur()
        for _ in 0..<59 {
            clock.pass(.seconds(60))
            occur()
        }
        #expect(log.text == "warning it is broken [:] [\"error\": 53100]")
        clock.pass(.seconds(60))
        occur()
        #expect(log.text.contains("\"lasts\": 60 min") && log.text.split(separator: "\n").count == 2, "\(log.text)")
        clock.pass(.seconds(7200))
        problems.ends("x", "it works")
        problems.ends("x", "it works")
        #expect(log.text.hasSuffix("\nnotice it works [:] [\"lasted\": 3 h]"), "\(log.text)")
        occur()
        #expect(log.text.split(separator: "\n").count == 4, "a problem that recurs after its end is logged again")
    }

    @Test("problems with a common prefix end when they are no longer listed")
    func others() {
        let log = CapturedLog()
        let problems = ProblemLog(logger: log.logger)
        problems.occurs("file a", "a is broken")
        problems.occurs("file b", "b is broken")
        problems.endOthers("file ", than: ["b"], "a file works")
        problems.endOthers("file ", than: ["b"], "a file works")
        #expect(log.text.components(separatedBy: "a file works").count == 2)
    }
}
