import Synchronization

/// Asks a running transfer to stop; raised from whichever thread cancels.
final class StopRequest: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    func raise() {
        raised.store(true, ordering: .relaxed)
    }
}
