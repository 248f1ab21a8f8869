import Postgres

/// Wakes a worker that waits; rung while nobody waits, it is heard by the next who does.
///
/// Whoever waits names the ring that they have heard last, from before they looked for work: what rang meanwhile is not
/// lost. Who wakes looks again whether there is anything to do: the bell may have rung without need.
final class Bell: Sendable {
    private struct State {
        var rings = 0
        var waiter: CheckedContinuation<Void, Never>?
        var alarm: (time: ContinuousClock.Instant, task: Task<Void, any Error>)?
    }

    private let state = Guarded(State())

    deinit {
        state.withLock(\.alarm)?.task.cancel()
    }

    /// How often it has rung.
    var rings: Int { state.withLock(\.rings) }

    /// Rings, from any thread.
    func ring() {
        let waiter = state.withLock { state in
            state.rings += 1
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits for a ring after one that has been heard, for so long at the most.
    ///
    /// One at a time may wait.
    func wait(after heard: Int, atMost patience: Duration) async {
        setAlarm(for: .now + patience)
        await withCheckedContinuation { waiter in
            let rang = state.withLock { state in
                if state.rings == heard { state.waiter = waiter }
                return state.rings != heard
            }
            if rang { waiter.resume() }
        }
    }

    /// Sees to it that it rings by then.
    ///
    /// An alarm outlives the wait that it was set for, and serves the next: a worker in a hurry waits a thousand times a
    /// second, and a timer set and taken back each time would cost it more than the waiting.
    private func setAlarm(for time: ContinuousClock.Instant) {
        let old = state.withLock { state -> Task<Void, any Error>? in
            if let alarm = state.alarm, alarm.time <= time { return nil }
            let old = state.alarm?.task
            let task = Task { [weak self] in
                try await Task.sleep(until: time)
                self?.soundAlarm(of: time)
            }
            state.alarm = (time, task)
            return old
        }
        old?.cancel()
    }

    private func soundAlarm(of time: ContinuousClock.Instant) {
        state.withLock { state in
            if state.alarm?.time == time { state.alarm = nil }
        }
        ring()
    }
}
