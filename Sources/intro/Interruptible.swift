import Dispatch
import Glibc
import Locking

/// A task that SIGINT and SIGTERM stop in steps; one more signal ends the process immediately.
enum Interruptible {
    /// Runs work that signals can interrupt.
    ///
    /// - Parameters:
    ///   - steps: The actions for the first signal, the second and so on. By default there is one: the task is
    ///     cancelled, and finishes its current operation.
    ///   - work: The work.
    /// - Returns: The result of the work.
    /// - Throws: The error of the work.
    static func run<Result: Sendable>(
        steps: [@Sendable (Task<Result, any Error>) -> Void] = [{ $0.cancel() }],
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let (signals, eventSink) = AsyncStream<Void>.makeStream()
        let remainingSteps = Guarded(steps.count)
        let handler: @Sendable (Int32) -> Void = { number in
            let remainingSteps = remainingSteps.withLock { remainingSteps in
                remainingSteps -= 1
                return remainingSteps
            }
            if remainingSteps <= 0 { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
            if remainingSteps < 0 { end(by: number) }
            eventSink.yield()
        }
        // Install both handlers before the work begins; until then, a signal may end the process.
        let sources = [await source(of: SIGINT, handler), await source(of: SIGTERM, handler)]
        defer { sources.forEach { $0.cancel() } }
        let task = Task { try await work() }
        let listener = Task {
            var rest = steps[...]
            for await _ in signals { rest.popFirst()?(task) }
        }
        defer { listener.cancel() }
        return try await task.value
    }

    private static func source(
        of number: Int32, _ handler: @escaping @Sendable (Int32) -> Void
    ) async -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { handler(number) }
        await withCheckedContinuation { continuation in
            source.setRegistrationHandler { continuation.resume() }
            source.resume()
        }
        return source
    }

    /// Ends the process with a signal that Dispatch handles.
    ///
    /// Dispatch blocks its signals in each thread to which one is delivered. The default action can end only a thread
    /// that has not received one; when no such thread is left, the handler calls this function.
    private static func end(by number: Int32) {
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(number)
    }
}
