import Foundation
import Testing

@testable import Jobs

@Suite("Job warnings")
struct JobWarningTests {
    @Test("warns of a snapshot held for 30 seconds with more than 10,000 dead rows")
    func starvation() {
        let snapshot = Self.snapshot(held: .seconds(30))
        let warning = JobWarning.vacuumBlocked(snapshot, deadRows: 10_001)
        #expect(Self.statistics(dead: 10_001, snapshot: snapshot).warnings == [warning])
        #expect(Self.statistics(dead: 10_000, snapshot: snapshot).warnings.isEmpty)
        #expect(Self.statistics(dead: 10_001, snapshot: Self.snapshot(held: .seconds(29))).warnings.isEmpty)
        #expect(Self.statistics(dead: 10_001, snapshot: nil).warnings.isEmpty)
    }

    @Test("requires more dead rows in a large table")
    func largeTable() {
        let snapshot = Self.snapshot(held: .seconds(300))
        #expect(Self.statistics(live: 1_000_000, dead: 20_000, snapshot: snapshot).warnings.isEmpty)
        #expect(!Self.statistics(live: 1_000_000, dead: 20_001, snapshot: snapshot).warnings.isEmpty)
    }

    @Test("warns of a snapshot of unknown age by the number of later transactions")
    func unknownAge() {
        let old = Self.snapshot(transactions: 10_000, held: nil)
        let young = Self.snapshot(transactions: 9_999, held: nil)
        #expect(!Self.statistics(dead: 50_000, snapshot: old).warnings.isEmpty)
        #expect(Self.statistics(dead: 50_000, snapshot: young).warnings.isEmpty)
    }

    @Test("warns of jobs that have been due for more than a minute in a queue without a runner")
    func noRunner() {
        let late = Self.queue(oldestDue: .seconds(61))
        let warning = JobWarning.noRunner(queue: "mail", waiting: 5, oldestDue: .seconds(61))
        #expect(Self.statistics(late).warnings == [warning])
        #expect(Self.statistics(late, served: ["default"]).warnings == [warning])
        #expect(Self.statistics(late, served: ["default", "mail"]).warnings.isEmpty)
        #expect(Self.statistics(Self.queue(oldestDue: .seconds(60))).warnings.isEmpty)
        #expect(Self.statistics(Self.queue(oldestDue: nil)).warnings.isEmpty)
    }

    @Test("warns of a paused queue with due jobs")
    func paused() {
        let due = Self.queue(oldestDue: .seconds(1), pausedAt: .distantPast)
        #expect(Self.statistics(due, served: ["mail"]).warnings == [.paused(queue: "mail", waiting: 5)])
        #expect(Self.statistics(Self.queue(oldestDue: nil, pausedAt: .distantPast)).warnings.isEmpty)
    }
}

extension JobWarningTests {
    private static func statistics(
        _ queue: JobStatistics.Queue? = nil, served: [String] = [], live: Int = 0, dead: Int = 0,
        snapshot: HeldSnapshot? = nil
    ) -> JobStatistics {
        let runner = JobStatistics.Runner(
            id: 1, name: "host-1", queues: served, startedAt: .distantPast, seen: .zero, completed: 0, failed: 0,
            stale: 0)
        return JobStatistics(
            at: .distantPast, queues: [queue].compactMap(\.self), runners: served.isEmpty ? [] : [runner],
            table: JobStatistics.Table(live: live, dead: dead, vacuumedAt: nil), oldestTransaction: nil,
            hidesTransactions: false, snapshot: snapshot)
    }

    private static func queue(oldestDue: Duration?, pausedAt: Date? = nil) -> JobStatistics.Queue {
        JobStatistics.Queue(
            name: "mail", waiting: oldestDue == nil ? 0 : 5, scheduled: 1, running: 1, dead: 1, oldestDue: oldestDue,
            pausedAt: pausedAt, rate: nil)
    }

    private static func snapshot(transactions: Int = 1, held: Duration?) -> HeldSnapshot {
        HeldSnapshot(holder: .session, name: "psql", processID: 1, transactions: transactions, held: held)
    }
}
