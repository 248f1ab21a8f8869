import Postgres

/// Wakes a worker that waits; rung while nobody waits, it is heard by the next who does.
///
/// Whoever waits names the ring that they have heard last, from before they looked for work: what rang meanwhile is not
/// lost.
final class Bell: Sendable {
    private struct State {
        var rings = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Guarded(State())

    /// How often it has rung.
    var rings: Int { state.withLock(\.rings) }

    /// Rings, from any thread.
    func ring() {
        let waiter = state.withLock { state in
            state.rings += 1
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for a ring after one that has been heard, for so long at the most.
    ///
    /// One at a time may wait.
    func wait(after heard: Int, atMost patience: Duration) async {
        let alarm = Task {
            try await Task.sleep(for: patience)
            ring()
        }
        defer { alarm.cancel() }
        await withCheckedContinuation { waiter in
            let rang = state.withLock { state in
                if state.rings == heard { state.waiter = waiter }
                return state.rings != heard
            }
            if rang { waiter.resume() }
        }
    }
}
