public import Jobs

/// Asks for what is due in the ledger to be sent.
///
/// Every booking, move and cancellation enqueues one in its own transaction, so that the client's mail is under way while
/// they are still on the phone. One run serves all that wait.
public struct DeliverMessages: Job {
    /// `messages.deliver`.
    public static let kind = "messages.deliver"
    /// The queue of deliveries: one at a time in each runner, whatever else there is to do.
    public static let queue = "messages"

    /// Asks for a delivery.
    public init() {}

    /// For a client who has just been dealt with.
    static let atOnce = JobOptions(queue: queue, priority: .urgent, maxAttempts: attempts)

    /// For what has become due with time; one that waits is enough.
    public static let whenDue = JobOptions(
        queue: queue, maxAttempts: attempts, uniqueness: .whileQueued("messages.deliver"))

    /// A mail server may be gone for a night: each minute's try counts as one.
    private static let attempts = 1000
}
