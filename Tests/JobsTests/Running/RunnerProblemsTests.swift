import Locking
import Logging
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Runner problems")
struct RunnerProblemsTests {
    private final class Clock: Sendable {
        private let instant = Guarded(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(_ seconds: Int) { instant.withLock { $0 += .seconds(seconds) } }
    }

    private let log = CapturedLog()
    private let clock = Clock()
    private let problems: RunnerProblems

    init() {
        problems = RunnerProblems(logger: log.logger) { [clock] in clock.now }
    }

    /// Returns the error of an unreachable database.
    private func outage() async -> any Error {
        let away = Database(Database.Configuration(conninfo: "host=/nonexistent"), logger: .silent)
        do {
            try await away.query("SELECT 1")
            return CancellationError()
        } catch {
            return error
        }
    }

    private var lines: [String] {
        log.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("debug") }
    }

    @Test("an outage of several parts is logged at its start, hourly, and when the last part recovers")
    func outageOfSeveralParts() async throws {
        let error = await outage()
        for _ in 0..<130 {
            for part in ["claims", "heartbeat", "figures"] {
                problems.occurs(part, "\(part) fail", error: error, began: clock.now)
            }
            clock.pass(60)
        }
        #expect(lines.count == 3, "\(lines)")
        #expect(lines.allSatisfy { $0.hasPrefix("warning the database does not answer; trying again") })
        #expect(lines.last?.contains("\"lasts\": 2 h") == true, "\(lines)")
        problems.ends("claims", "claims work")
        problems.ends("heartbeat", "heartbeats work")
        #expect(lines.count == 3)
        problems.ends("figures", "figures work")
        problems.ends("figures", "figures work")
        #expect(lines.count == 4)
        #expect(lines.last == "notice the database answers again [:] [\"lasted\": 2 h]", "\(lines)")
        #expect(log.text.contains("debug heartbeat fail"), "the verbose log has an entry for each part")
    }

    @Test("a late error of an outage that has ended is not logged as another outage")
    func late() async throws {
        let (error, began) = (await outage(), clock.now)
        problems.occurs("claims", "claims fail", error: error, began: began)
        clock.pass(5)
        problems.ends("claims", "claims work")
        clock.pass(5)
        problems.occurs("figures", "figures fail", error: error, began: began)
        problems.ends("figures", "figures work")
        #expect(lines.count == 2, "\(lines)")
        problems.occurs("figures", "figures fail", error: error, began: clock.now)
        #expect(lines.count == 3, "a later outage is logged")
    }

    @Test("a failure with another cause is logged separately, also during an outage")
    func otherReason() async throws {
        struct FullDisk: Error {}
        let error = await outage()
        problems.occurs("claims", "claims fail", error: error, began: clock.now)
        problems.occurs("figures", "the file cannot be written", error: FullDisk(), began: clock.now)
        problems.ends("claims", "claims work")
        problems.ends("figures", "the file is written")
        #expect(
            lines.map { $0.split(separator: " [")[0] } == [
                "warning the database does not answer; trying again", "warning the file cannot be written",
                "notice the database answers again", "notice the file is written",
            ], "\(lines)")
    }
}
