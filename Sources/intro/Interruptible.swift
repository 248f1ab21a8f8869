import Dispatch
import Glibc
import Postgres

/// Work that Ctrl-C or SIGTERM brings to an end in steps; one more ends the process at once.
enum Interruptible {
    /// Runs work that a signal interrupts.
    ///
    /// - Parameters:
    ///   - steps: What to do at the first signal, at the second and so on. Mostly there is one: the task is cancelled, and
    ///     finishes what it has in hand.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
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
        // The work begins when both are caught: before, it has nothing in hand, and a signal may end it.
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

    /// Ends the process by a signal that Dispatch took off the kernel's hands.
    ///
    /// Dispatch blocks the signals that it listens to, thread by thread as they meet one. Only a thread that has met none
    /// is ended by the default action; when none is left, the signal comes here.
    private static func end(by number: Int32) {
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(number)
    }
}
