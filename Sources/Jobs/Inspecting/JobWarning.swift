/// Something about jobs that somebody should see to.
public enum JobWarning: Sendable, Equatable {
    /// A held snapshot keeps vacuum from removing jobs that are done: claims walk past them, and slow down.
    case vacuumStarves(HeldSnapshot, deadRows: Int)
    /// Jobs have been due for more than a minute, and no runner that lives serves their queue.
    case noRunner(queue: String, waiting: Int, oldestDue: Duration)
    /// Jobs are due in a queue that is paused.
    case paused(queue: String, waiting: Int)
}

extension JobStatistics {
    /// What somebody should see to.
    public var warnings: [JobWarning] {
        [starvation].compactMap(\.self) + queues.compactMap(warning)
    }

    /// No transaction of a runner takes so long, and so many dead rows are twice what brings vacuum to the table.
    private var starvation: JobWarning? {
        guard let snapshot, table.dead > max(10_000, table.live / 50) else { return nil }
        let isLong = snapshot.held.map { $0 >= .seconds(30) } ?? (snapshot.transactions >= 10_000)
        return isLong ? .vacuumStarves(snapshot, deadRows: table.dead) : nil
    }

    private func warning(of queue: Queue) -> JobWarning? {
        guard let oldestDue = queue.oldestDue else { return nil }
        if queue.pausedAt != nil { return .paused(queue: queue.name, waiting: queue.waiting) }
        guard oldestDue > .seconds(60), !runners.contains(where: { $0.queues.contains(queue.name) }) else { return nil }
        return .noRunner(queue: queue.name, waiting: queue.waiting, oldestDue: oldestDue)
    }
}
