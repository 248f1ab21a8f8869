import Glibc
import UnixSignals

/// Work that SIGINT and SIGTERM stop in steps; one more signal ends the process immediately.
enum Interruptible {
    /// Runs work that signals can interrupt.
    ///
    /// - Parameters:
    ///   - steps: The actions for the first signal, the second and so on. By default there is one: the task is
    ///     cancelled, and finishes its current operation.
    ///   - onSignal: Called with each signal, before its action.
    ///   - work: The work.
    /// - Returns: The result of the work.
    /// - Throws: The error of the work.
    static func run<Result: Sendable>(
        steps: [@Sendable (Task<Result, any Error>) async -> Void] = [{ $0.cancel() }],
        onSignal: @escaping @Sendable (UnixSignal) -> Void = { _ in },
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        // Trap the signals before the work begins; until then, a signal may end the process.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let task = Task { try await work() }
        let listener = Task {
            var rest = steps[...]
            for await signal in signals {
                onSignal(signal)
                let step = rest.popFirst()
                if rest.isEmpty { restoreDefaultActions() }
                guard let step else { return end(by: signal) }
                await step(task)
            }
        }
        defer { listener.cancel() }
        return try await task.value
    }

    private static func restoreDefaultActions() {
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    /// Ends the process with a signal that Dispatch handles.
    ///
    /// Dispatch blocks its signals in each thread to which one is delivered. The default action can end only a thread
    /// that has not received one; when no such thread is left, the listener calls this function.
    private static func end(by signal: UnixSignal) {
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, signal.rawValue)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(signal.rawValue)
    }
}
