import Dispatch

#if canImport(Glibc)
import Glibc
import Locking
#endif

/// A connection's own thread, on which libpq may block without blocking other tasks.
final class ConnectionThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var stopped = false
    }

    private let state = Guarded(State())
    private let work = DispatchSemaphore(value: 0)

    /// Starts the thread, which runs until ``stop()``.
    ///
    /// - Throws: ``PostgresError`` if the system starts no more threads.
    init() throws(PostgresError) {
        try detachThread { self.run() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        work.signal()
    }

    /// Ends the thread after its pending work.
    func stop() {
        state.withLock { $0.stopped = true }
        work.signal()
    }

    private func run() {
        let executor = asUnownedSerialExecutor()
        while true {
            work.wait()
            let (jobs, stopped) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return (state.jobs, state.stopped)
            }
            for job in jobs { job.runSynchronously(on: executor) }
            if stopped && jobs.isEmpty { return }
            if stopped { work.signal() }
        }
    }
}

/// Runs a body that may block on a new thread, which ends with the body.
///
/// - Parameter body: The body; it is not run if an error is thrown.
/// - Throws: ``PostgresError`` if the system starts no more threads.
func detachThread(_ body: @escaping @Sendable () -> Void) throws(PostgresError) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(ThreadBody(body))
    let failure = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, argument.toOpaque())
    guard failure == 0 else {
        argument.release()
        throw PostgresError(
            kind: .unreachable, message: "no thread for a connection: \(String(cString: strerror(failure)))")
    }
    pthread_detach(thread)
}

/// A box that passes a closure through `pthread_create`.
private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
