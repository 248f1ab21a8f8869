import Postgres

/// A door that opens once: tests put events in order with it instead of sleeping.
final class Latch: Sendable {
    private enum State {
        case shut([CheckedContinuation<Void, Never>])
        case open
    }

    private let state = Guarded(State.shut([]))

    func open() {
        let waiting: [CheckedContinuation<Void, Never>] = state.withLock {
            guard case .shut(let waiting) = $0 else { return [] }
            $0 = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the door is open; being cancelled does not end the wait.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock {
                guard case .shut(let waiting) = $0 else { return true }
                $0 = .shut(waiting + [continuation])
                return false
            }
            if isOpen { continuation.resume() }
        }
    }
}

/// Waits for a condition that no latch can tell of, such as one seen only in the server's own tables.
///
/// The test's time limit ends a wait in vain.
func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try await Task.sleep(for: .milliseconds(2))
    }
}
