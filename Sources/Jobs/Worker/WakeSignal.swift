import Postgres

/// Wakes a waiting worker; a signal without a waiting worker ends the next wait at once.
///
/// A worker passes the number of the last signal that it knew before it looked for work, so that a signal in between is
/// not lost. A signal may come without need; the worker looks for work again.
final class WakeSignal: Sendable {
    private struct State {
        var fireCount = 0
        var waiter: CheckedContinuation<Void, Never>?
        var timer: (time: ContinuousClock.Instant, task: Task<Void, any Error>)?
    }

    private let state = Guarded(State())

    deinit {
        state.withLock(\.timer)?.task.cancel()
    }

    /// The number of signals so far.
    var fireCount: Int { state.withLock(\.fireCount) }

    /// Sends a signal, from any thread.
    func fire() {
        let waiter = state.withLock { state in
            state.fireCount += 1
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits for a signal after a known one, or until a time limit.
    ///
    /// Only one task may wait at a time.
    func wait(after lastFireCount: Int, atMost maximumWait: Duration) async {
        setTimer(for: .now + maximumWait)
        await withCheckedContinuation { waiter in
            let rang = state.withLock { state in
                if state.fireCount == lastFireCount { state.waiter = waiter }
                return state.fireCount != lastFireCount
            }
            if rang { waiter.resume() }
        }
    }

    /// Schedules a signal for an instant.
    ///
    /// The timer outlasts the wait that it was set for and serves the next one: a busy worker waits a thousand times a second,
    /// and setting a timer for each wait costs more than the wait.
    private func setTimer(for time: ContinuousClock.Instant) {
        let old = state.withLock { state -> Task<Void, any Error>? in
            if let timer = state.timer, timer.time <= time { return nil }
            let old = state.timer?.task
            let task = Task { [weak self] in
                try await Task.sleep(until: time)
                self?.timerFired(of: time)
            }
            state.timer = (time, task)
            return old
        }
        old?.cancel()
    }

    private func timerFired(of time: ContinuousClock.Instant) {
        state.withLock { state in
            if state.timer?.time == time { state.timer = nil }
        }
        fire()
    }
}
