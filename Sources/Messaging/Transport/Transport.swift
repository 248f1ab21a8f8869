/// A way for messages of one kind to leave: a server, or a folder.
public protocol Transport<Item>: Sendable {
    /// What it carries, with all that the place needs to know to deliver it.
    associatedtype Item: Sendable

    /// Makes a courier; make one for each worker, and keep it.
    ///
    /// - Returns: A courier that has not connected yet.
    /// - Throws: `TransportConfigurationError` when the transport cannot be used on this machine.
    func makeCourier() throws(TransportConfigurationError) -> any Courier<Item>
}

/// Carries messages one after the other, and keeps its connection between them.
///
/// Couriers block on threads of their own, never on those that Swift's tasks share. Work that is isolated to a courier
/// runs there too, and hands over message after message without a switch of threads.
public protocol Courier<Item>: Actor {
    /// What it carries.
    associatedtype Item: Sendable

    /// Carries one message to one person.
    ///
    /// A cancelled task stops the delivery as long as the message is not out; once it is, the answer is waited for.
    ///
    /// - Parameter item: The message, and whom it is for.
    /// - Returns: How it ended; never an error.
    func deliver(_ item: Item) async -> DeliveryOutcome

    /// Ends the connection politely; the next delivery would open a new one.
    func close() async
}

extension Transport {
    /// Makes a courier for as long as the body runs.
    ///
    /// - Parameter body: The work to do with the courier.
    /// - Returns: What the body returns.
    /// - Throws: `TransportConfigurationError`, or what the body throws.
    public func withCourier<Result>(_ body: (any Courier<Item>) async throws -> Result) async throws -> Result {
        let courier = try makeCourier()
        do {
            let result = try await body(courier)
            await courier.close()
            return result
        } catch {
            await courier.close()
            throw error
        }
    }
}
