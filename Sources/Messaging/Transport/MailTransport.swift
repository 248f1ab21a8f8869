/// A way for mail to leave: a server, or a folder.
public protocol MailTransport: Sendable {
    /// Makes a courier; make one for each worker, and keep it.
    ///
    /// - Returns: A courier that has not connected yet.
    /// - Throws: `MailConfigurationError` when the transport cannot be used on this machine.
    func makeCourier() throws(MailConfigurationError) -> any MailCourier
}

/// Carries messages one after the other, and keeps its connection between them.
///
/// Couriers block on threads of their own, never on those that Swift's tasks share. Work that is isolated to a courier
/// runs there too, and hands over message after message without a switch of threads.
public protocol MailCourier: Actor {
    /// Carries one message to one person.
    ///
    /// A cancelled task stops the delivery as long as the message is not out; once it is, the answer is waited for.
    ///
    /// - Parameters:
    ///   - message: The message, as `MailMessage.render` makes it; other line ends become CRLF.
    ///   - from: The envelope's sender, to whom failures are reported.
    ///   - to: The envelope's one recipient.
    /// - Returns: How it ended; never an error.
    func deliver(_ message: [UInt8], from: Mailbox, to: Mailbox) async -> DeliveryOutcome

    /// Ends the connection politely; the next delivery would open a new one.
    func close() async
}

extension MailTransport {
    /// Makes a courier for as long as the body runs.
    ///
    /// - Parameter body: The work to do with the courier.
    /// - Returns: What the body returns.
    /// - Throws: `MailConfigurationError`, or what the body throws.
    public func withCourier<Result>(_ body: (any MailCourier) async throws -> Result) async throws -> Result {
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
