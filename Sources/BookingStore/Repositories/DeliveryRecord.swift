/// What became of a message that a sender took up.
public struct DeliveryRecord: Sendable, Equatable {
    /// What the ledger says afterwards.
    public enum Status: String, Sendable {
        /// It may be tried again in a later run.
        case queued
        /// The transport has taken responsibility.
        case sent
        /// It was refused for good.
        case failed
        /// It may or may not have arrived; nobody sends it again unasked.
        case unknown
    }

    /// The ledger row.
    public let message: Int64
    /// What the ledger says afterwards.
    public let status: Status
    /// Why it was not sent; `nil` where it was, or was not tried.
    public let reason: String?
    /// What the server said.
    public let reply: String?

    /// Notes what became of an attempt.
    public init(message: Int64, status: Status, reason: String?, reply: String?) {
        self.message = message
        self.status = status
        self.reason = reason
        self.reply = reply
    }

    /// Gives a message back that was taken up and not tried.
    public static func untried(_ message: Int64) -> DeliveryRecord {
        DeliveryRecord(message: message, status: .queued, reason: nil, reply: nil)
    }
}
