#if canImport(Glibc)
import Glibc
#endif

/// Runs something that may block on a thread of its own, which ends with it.
func detachThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Errand(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Errand>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, argument)
    pthread_detach(thread)
}

/// Carries a closure through `pthread_create`.
private final class Errand: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
