/// A destination for messages of one kind: a server or a folder.
public protocol Transport<Item>: Sendable {
    /// A message with its envelope.
    associatedtype Item: Sendable

    /// Creates a session; each worker keeps one.
    ///
    /// - Returns: A session that has not connected yet.
    /// - Throws: `TransportConfigurationError` when the transport cannot be used on this machine.
    func makeSession() throws(TransportConfigurationError) -> any TransportSession<Item>
}

/// Sends messages one after the other over one connection.
///
/// A session blocks on its own thread, not on those that Swift's tasks share. Code that is isolated to a session runs there
/// too, and sends message after message without a switch of threads.
public protocol TransportSession<Item>: Actor {
    /// A message with its envelope.
    associatedtype Item: Sendable

    /// Sends one message to one recipient.
    ///
    /// A cancelled task stops the delivery unless the whole message was sent; then it waits for the reply.
    ///
    /// - Parameter item: The message.
    /// - Returns: The outcome.
    func deliver(_ item: Item) async -> DeliveryOutcome

    /// Closes the connection in order; the next delivery opens a new one.
    func close() async
}

extension Transport {
    /// Creates a session for as long as the body runs.
    ///
    /// - Parameter body: The work with the session.
    /// - Returns: What the body returns.
    /// - Throws: `TransportConfigurationError`, or what the body throws.
    public func withSession<Result>(_ body: (any TransportSession<Item>) async throws -> Result) async throws -> Result
    {
        let session = try makeSession()
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}
