import Locking

/// A signal that wakes a waiting worker; without a waiting worker, the signal ends the next wait immediately.
///
/// Before a worker looks for jobs it reads the signal count, and passes that to the wait, so that a signal in between
/// is not lost. Spurious signals are possible; the worker looks for jobs again.
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
            let hasFired = state.withLock { state in
                if state.fireCount == lastFireCount { state.waiter = waiter }
                return state.fireCount != lastFireCount
            }
            if hasFired { waiter.resume() }
        }
    }

    /// Schedules a signal for an instant.
    ///
    /// The timer is kept after its wait and serves the next one: a busy worker waits a thousand times a second,
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
