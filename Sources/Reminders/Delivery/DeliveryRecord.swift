import Booking
public import BookingStore
public import FoundationEssentials
import Messaging

/// The outcome of a claimed message.
public struct DeliveryRecord: Sendable, Equatable {
    /// The status of the message in the ledger.
    public enum Status: String, Sendable {
        /// It may be tried again in a later run.
        case queued
        /// The transport has taken responsibility.
        case sent
        /// It was permanently refused.
        case failed
        /// It may or may not have arrived; it is sent again only on request.
        case unknown
    }

    /// The copy of a sent message.
    public struct Copy: Sendable, Equatable {
        /// The subject; `nil` for text messages.
        public let subject: String?
        /// The text.
        public let body: String

        /// Creates a copy.
        public init(subject: String?, body: String) {
            self.subject = subject
            self.body = body
        }
    }

    /// The ledger row.
    public internal(set) var message: Int64
    /// The new status in the ledger.
    public let status: Status
    /// The reason that it was not sent; `nil` if it was sent, or not tried.
    public let reason: MessageReason?
    /// The server's reply.
    public let reply: String?
    /// The earliest time of another attempt by a runner; `nil` is the next run.
    public var waitUntil: Date?
    /// The copy of a message that was sent or may have been sent.
    public var copy: Copy?
    /// The provider's ID of the message, which later status reports contain.
    public var providerID: String?
    /// The reason to block the address, if the server's reply concerns the address itself.
    public var suppression: Suppression.Reason?
    /// Whether the message was passed to a transport, which counts as an attempt.
    public private(set) var wasAttempted = true

    /// Creates a record.
    public init(
        message: Int64, status: Status, reason: MessageReason?, reply: String?, waitUntil: Date? = nil,
        copy: Copy? = nil, suppression: Suppression.Reason? = nil
    ) {
        self.message = message
        self.status = status
        self.reason = reason
        self.reply = reply
        self.waitUntil = waitUntil
        self.copy = copy
        self.suppression = suppression
    }

    /// Returns the record that releases a claimed message that was not tried.
    public static func unattempted(_ message: Int64) -> DeliveryRecord {
        var record = DeliveryRecord(message: message, status: .queued, reason: nil, reply: nil)
        record.wasAttempted = false
        return record
    }

    /// Returns the record of a message that stays queued, behind other due messages, after a refusal that concerns
    /// every message.
    ///
    /// - Parameters:
    ///   - message: The ledger row.
    ///   - reply: The server's reply.
    ///   - now: The time of the attempt.
    /// - Returns: The record.
    public static func channelPaused(_ message: Int64, _ reply: String, at now: Date) -> DeliveryRecord {
        DeliveryRecord(
            message: message, status: .queued, reason: .channelPaused, reply: reply, waitUntil: now)
    }

    /// Returns the record of a message whose template cannot be used at present.
    ///
    /// - Parameters:
    ///   - message: The ledger row.
    ///   - problem: The template problem.
    ///   - instant: The time of the next attempt; `nil` if that would be too late, which fails the message.
    /// - Returns: The record.
    public static func templateError(_ message: Int64, _ problem: String, retryAt instant: Date?) -> DeliveryRecord {
        var record = DeliveryRecord(
            message: message, status: instant == nil ? .failed : .queued, reason: .templateError, reply: problem,
            waitUntil: instant)
        record.wasAttempted = false
        return record
    }
}

extension DeliveryRecord {
    /// Returns the same outcome for every row of the ledger that a message is about.
    func forRows(of claimed: ClaimedMessage) -> [DeliveryRecord] {
        claimed.rows.map { row in
            var record = self
            record.message = row
            return record
        }
    }

    /// Creates the record of an attempt.
    ///
    /// - Parameters:
    ///   - claimed: The message.
    ///   - outcome: The outcome of the attempt.
    ///   - copy: The copy for the ledger.
    ///   - now: The time of the attempt.
    init(_ claimed: ClaimedMessage, _ outcome: DeliveryOutcome, copy: Copy, at now: Date) {
        let message = claimed.message
        switch outcome {
        case .accepted(let reply, let id):
            self.init(message: message, status: .sent, reason: nil, reply: reply, copy: copy)
            providerID = id
        case .rejectedTemporarily(_, let reply):
            self.init(postponing: claimed, because: .rejectedForNow, reply, hint: RetryHint(reading: reply), at: now)
        case .rejectedPermanently(_, let reply, let isAddressInvalid):
            // Staff addresses are never blocked automatically: call-back requests would be lost without notice.
            let isInvalidClientAddress = isAddressInvalid && claimed.audience == .client
            let suppressionReason = SMSError(outcome)?.suppression ?? (isInvalidClientAddress ? .hardBounce : nil)
            self.init(
                message: message, status: .failed,
                reason: suppressionReason == .optOut ? .optedOut : .rejectedPermanently,
                reply: reply, copy: copy, suppression: suppressionReason)
        case .senderRefused(let reason):
            self = .channelPaused(message, reason, at: now)
        case .notSent(let reason, unreachable: true):
            self.init(message: message, status: .queued, reason: .notSent, reply: reason)
        case .notSent(let reason, unreachable: false):
            self.init(postponing: claimed, because: .notSent, reason, hint: nil, at: now)
        case .unknown(let reason):
            self.init(message: message, status: .unknown, reason: .noAnswer, reply: reason, copy: copy)
        }
    }

    /// Creates the record of an attempt that was refused with a reason that concerns every message.
    init(_ claimed: ClaimedMessage, refusedWithAll outcome: DeliveryOutcome, copy: Copy, at now: Date) {
        guard case .rejectedPermanently(_, let reply, _) = outcome else {
            self.init(claimed, outcome, copy: copy, at: now)
            return
        }
        self = .channelPaused(claimed.message, reply, at: now)
    }

    /// Creates the record of a message that is retried, unless the deadline does not allow it.
    private init(
        postponing claimed: ClaimedMessage, because reason: MessageReason, _ reply: String, hint: RetryHint?,
        at now: Date
    ) {
        let next = RetryDelay.nextAttempt(
            after: Int(claimed.attempt), hint: hint, jitter: Double.random(in: 0...1), now: now,
            deadline: claimed.deadline)
        self.init(
            message: claimed.message, status: next == nil ? .failed : .queued,
            reason: next == nil ? .tooLate : reason,
            reply: reply, waitUntil: next)
    }
}

extension SMSError {
    /// The reason to block the number, if the provider has permanently rejected it.
    var suppression: Suppression.Reason? {
        if self == .recipientOptedOut { return .optOut }
        return isNumberInvalid ? .hardBounce : nil
    }
}
