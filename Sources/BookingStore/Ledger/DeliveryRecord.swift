public import Booking
public import FoundationEssentials

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

    /// What was said, for whoever asks later.
    public struct Copy: Sendable, Equatable {
        /// The subject; texts have none.
        public let subject: String?
        /// The text.
        public let body: String

        /// Keeps what was said.
        public init(subject: String?, body: String) {
            self.subject = subject
            self.body = body
        }
    }

    /// The ledger row.
    public let message: Int64
    /// What the ledger says afterwards.
    public let status: Status
    /// Why it was not sent; `nil` where it was, or was not tried.
    public let reason: String?
    /// What the server said.
    public let reply: String?
    /// When a runner may try it again; `nil` is in its next run.
    public var waitUntil: Date?
    /// What was said, where it went out or may have.
    public var copy: Copy?
    /// The service's own name for the message, by which it reports on it later.
    public var providerID: String?
    /// Why nothing is to be sent to that address any more, where the server said so of the address itself.
    public var suppression: Suppression.Reason?
    /// Whether it was handed to a transport, which counts as an attempt.
    public private(set) var wasAttempted = true

    /// Notes what became of an attempt.
    public init(
        message: Int64, status: Status, reason: String?, reply: String?, waitUntil: Date? = nil, copy: Copy? = nil,
        suppression: Suppression.Reason? = nil
    ) {
        self.message = message
        self.status = status
        self.reason = reason
        self.reply = reply
        self.waitUntil = waitUntil
        self.copy = copy
        self.suppression = suppression
    }

    /// Gives a message back that was taken up and not tried.
    public static func untried(_ message: Int64) -> DeliveryRecord {
        var record = DeliveryRecord(message: message, status: .queued, reason: nil, reply: nil)
        record.wasAttempted = false
        return record
    }

    /// Keeps a message queued that was refused for a reason that concerns every message, behind those that are due.
    ///
    /// - Parameters:
    ///   - message: The ledger row.
    ///   - reply: What the server said.
    ///   - now: The instant of the attempt.
    /// - Returns: What to record.
    public static func channelPaused(_ message: Int64, _ reply: String, at now: Date) -> DeliveryRecord {
        DeliveryRecord(
            message: message, status: .queued, reason: LedgerEntry.channelPaused, reply: reply, waitUntil: now)
    }

    /// Keeps a message queued whose template cannot be used at present.
    ///
    /// - Parameters:
    ///   - message: The ledger row.
    ///   - problem: What is wrong with the template.
    ///   - instant: When it is tried again; `nil` when that would be too late, which fails it.
    /// - Returns: What to record.
    public static func templateError(_ message: Int64, _ problem: String, retryAt instant: Date?) -> DeliveryRecord {
        var record = DeliveryRecord(
            message: message, status: instant == nil ? .failed : .queued, reason: templateError, reply: problem,
            waitUntil: instant)
        record.wasAttempted = false
        return record
    }

    /// The reason of a message whose template cannot be used.
    public static let templateError = "template_error"
}
