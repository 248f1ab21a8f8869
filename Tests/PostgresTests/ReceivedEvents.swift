import Logging
import Postgres
import PostgresTesting
import Testing

/// The events of a listener, one after another.
struct ReceivedEvents: ~Copyable {
    private var events: AsyncStream<ListenerEvent>.Iterator

    fileprivate init(_ events: AsyncStream<ListenerEvent>) {
        self.events = events.makeAsyncIterator()
    }

    /// Waits for the next event; the test's time limit ends the wait.
    mutating func next() async -> ListenerEvent? {
        await events.next(isolation: #isolation)
    }
}

/// Runs a test with a listener, then cancels the listener and checks that it ends.
///
/// The limits for pings and responses are an hour by default, so that anything that ends earlier does not depend on
/// them.
func withListener(
    _ configuration: Database.Configuration, channels: [String] = ["work"], ping: Duration = .seconds(3600),
    answerTimeout: Duration = .seconds(3600), logger: Logger = .silent,
    _ body: (_ heard: inout ReceivedEvents) async throws -> Void
) async throws {
    let (events, continuation) = AsyncStream.makeStream(of: ListenerEvent.self)
    let listener = Listener(configuration, channels: channels, ping: ping, answerTimeout: answerTimeout, logger: logger)
    let task = Task { try await listener.run { continuation.yield($0) } }
    var heard = ReceivedEvents(events)
    do {
        try await body(&heard)
    } catch {
        task.cancel()
        _ = await task.result
        throw error
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    continuation.finish()
    #expect(await heard.next() == nil, "the test has received all events")
}
