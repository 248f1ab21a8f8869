import Locking

/// A latch that opens once, with which tests order events without sleeping.
public final class Latch: Sendable {
    private enum State {
        case shut([CheckedContinuation<Void, Never>])
        case open
    }

    private let state = Guarded(State.shut([]))

    /// Creates a closed latch.
    public init() {}

    /// Whether the latch is open.
    public var isOpen: Bool {
        state.withLock { if case .open = $0 { true } else { false } }
    }

    /// Opens the latch permanently.
    public func open() {
        let waiting: [CheckedContinuation<Void, Never>] = state.withLock {
            guard case .shut(let waiting) = $0 else { return [] }
            $0 = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the latch is open; cancellation does not end the wait.
    public func wait() async {
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
