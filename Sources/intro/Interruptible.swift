import Dispatch
import Glibc

/// Work that a first Ctrl-C or SIGTERM lets finish what it has in hand; a second one ends the process at once.
enum Interruptible {
    /// Runs work that looks at its task's cancellation between units.
    static func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let (signals, heard) = AsyncStream<Void>.makeStream()
        // The work begins when both are caught: before, it has nothing in hand, and a signal may end it.
        let sources = [await source(of: SIGINT, heard), await source(of: SIGTERM, heard)]
        defer { sources.forEach { $0.cancel() } }
        let task = Task { try await work() }
        let listener = Task { for await _ in signals { task.cancel() } }
        defer { listener.cancel() }
        return try await task.value
    }

    /// Catches a signal once; the next of its kind ends the process.
    private static func source(
        of number: Int32, _ heard: AsyncStream<Void>.Continuation
    ) async -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            signal(number, SIG_DFL)
            heard.yield()
        }
        await withCheckedContinuation { continuation in
            source.setRegistrationHandler { continuation.resume() }
            source.resume()
        }
        return source
    }
}
