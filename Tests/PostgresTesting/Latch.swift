import Postgres

/// A door that opens once: tests put events in order with it instead of sleeping.
public final class Latch: Sendable {
    private enum State {
        case shut([CheckedContinuation<Void, Never>])
        case open
    }

    private let state = Guarded(State.shut([]))

    /// A shut door.
    public init() {}

    /// Whether it has been opened.
    public var isOpen: Bool {
        state.withLock { if case .open = $0 { true } else { false } }
    }

    /// Opens it, for good.
    public func open() {
        let waiting: [CheckedContinuation<Void, Never>] = state.withLock {
            guard case .shut(let waiting) = $0 else { return [] }
            $0 = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the door is open; being cancelled does not end the wait.
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
