import Dispatch
import Messaging
import Synchronization

/// A transport that accepts and records all items, and counts how often its sessions were closed.
final class Recorder<Item: Sendable>: Transport {
    private struct State {
        var items: [Item] = []
        var connections: [RecordingSession<Item>] = []
        var closings = 0
    }

    private let state = Mutex(State())

    var items: [Item] { state.withLock(\.items) }
    var closings: Int { state.withLock(\.closings) }
    var connections: [RecordingSession<Item>] { state.withLock(\.connections) }

    func makeSession() -> any TransportSession<Item> {
        let session = RecordingSession(recorder: self)
        state.withLock { $0.connections.append(session) }
        return session
    }

    func record(_ item: Item) {
        state.withLock { $0.items.append(item) }
    }

    func recordClosing() {
        state.withLock { $0.closings += 1 }
    }
}

actor RecordingSession<Item: Sendable>: TransportSession {
    private nonisolated let executor = MarkedExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let recorder: Recorder<Item>

    init(recorder: Recorder<Item>) {
        self.recorder = recorder
    }

    /// Whether the current thread is the session's own.
    nonisolated var isCurrent: Bool { executor.isCurrent }

    func deliver(_ item: Item) async -> DeliveryOutcome {
        recorder.record(item)
        return .accepted(reply: "taken")
    }

    func close() async {
        recorder.recordClosing()
    }
}

/// An executor with its own queue, which can be identified.
private final class MarkedExecutor: SerialExecutor {
    private let key = DispatchSpecificKey<Bool>()
    private let queue = DispatchQueue(label: "intro.test-session")

    init() {
        queue.setSpecific(key: key, value: true)
    }

    var isCurrent: Bool { DispatchQueue.getSpecific(key: key) == true }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
