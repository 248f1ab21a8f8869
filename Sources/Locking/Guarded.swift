import Glibc

/// A value protected by a lock.
///
/// `Synchronization.Mutex` is not used because ThreadSanitizer does not recognize its lock on Linux and reports each
/// use as a race; it recognizes the pthread mutex.
///
/// `@unchecked Sendable`: the value is itself `Sendable`, and is accessed only while the lock is held.
package final class Guarded<Value: Sendable>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    /// Creates a protected value.
    package init(_ value: Value) {
        self.value = value
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Runs a short body with exclusive access to the value.
    ///
    /// The body must not wait for other tasks. Only writes to a file or stream that must keep their order block in it.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body(&value)
    }
}
