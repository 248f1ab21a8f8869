import Postgres

/// Wakes a waiting worker; a signal without a waiting worker ends the next wait at once.
///
/// A worker passes the number of the last signal that it knew before it looked for work, so that a signal in between is
/// not lost. A signal may come without need; the worker looks for work again.
final class WakeSignal: Sendable {
    private struct State {
        var rings = 0
        var waiter: CheckedContinuation<Void, Never>?
        var alarm: (time: ContinuousClock.Instant, task: Task<Void, any Error>)?
    }

    private let state = Guarded(State())

    deinit {
        state.withLock(\.alarm)?.task.cancel()
    }

    /// The number of signals so far.
    var rings: Int { state.withLock(\.rings) }

    /// Sends a signal, from any thread.
    func ring() {
        let waiter = state.withLock { state in
            state.rings += 1
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits for a signal after a known one, or until a time limit.
    ///
    /// Only one task may wait at a time.
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

    /// Schedules a signal for an instant.
    ///
    /// The timer outlasts the wait that it was set for and serves the next one: a busy worker waits a thousand times a second,
    /// and setting a timer for each wait costs more than the wait.
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
