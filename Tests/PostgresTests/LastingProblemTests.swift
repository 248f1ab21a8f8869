import Foundation
import Logging
import PostgresTesting
import Testing

@testable import Postgres

@Suite("a problem that lasts")
struct LastingProblemTests {
    private final class Clock: Sendable {
        private let instant = Guarded(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    @Test("is logged when it begins, once an hour, and when it ends with its duration")
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
        #expect(log.text.split(separator: "\n").count == 4, "a problem that occurs again after its end is logged again")
    }

    @Test("those whose names begin alike end when they are not named any more")
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

@Suite("the words of an SQLSTATE")
struct SQLStateWordsTests {
    @Test("every code has words: its own, or those of its class")
    func words() {
        for (state, words) in [
            ("53100", "disk full"), ("53400", "insufficient resources"), ("57P04", "stopped by an operator"),
            ("08006", "connection problem"), ("XX000", "internal error of the server"),
            ("P0001", "raised by a function"),
            ("0A000", "not supported"),
        ] {
            var error = PostgresError(kind: .server, message: "private")
            error.sqlState = state
            #expect(error.description == "PostgreSQL: server, SQLSTATE \(state) (\(words))")
        }
    }
}
