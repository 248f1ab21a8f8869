import Glibc

/// A value that one thread at a time may touch.
///
/// `Synchronization.Mutex` would do, were ThreadSanitizer able to see its lock on Linux: it takes every use for a race. It
/// sees pthread's. `Postgres` has such a lock too; these few lines are repeated here because metrics have no business with
/// a database client.
///
/// `@unchecked Sendable`: the value, itself `Sendable`, is touched only between lock and unlock.
final class Guarded<Value: Sendable>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    init(_ value: Value) {
        self.value = value
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Runs something short while nobody else can touch the value; it must not wait for anybody.
    func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body(&value)
    }
}
