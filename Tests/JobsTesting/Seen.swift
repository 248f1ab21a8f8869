import Postgres

/// What handlers have been seen to do, in order.
public final class Seen<Event: Sendable & Equatable>: Sendable {
    private let events = Guarded<[Event]>([])

    /// Nothing yet.
    public init() {}

    /// All of it.
    public var all: [Event] { events.withLock { $0 } }
    /// How much.
    public var count: Int { events.withLock(\.count) }

    /// Notes something.
    public func note(_ event: Event) {
        events.withLock { $0.append(event) }
    }

    /// Waits until something has been seen.
    ///
    /// - Parameter event: What.
    /// - Throws: ``NeverSo``.
    public func wait(for event: Event) async throws {
        try await JobsTesting.wait(until: "\(event) is seen") { all.contains(event) }
    }
}
