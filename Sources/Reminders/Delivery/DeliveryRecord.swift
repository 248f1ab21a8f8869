import Booking
public import FoundationEssentials
import Messaging

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
    public static func unattempted(_ message: Int64) -> DeliveryRecord {
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

extension DeliveryRecord {
    /// What the ledger says of an attempt.
    ///
    /// - Parameters:
    ///   - claimed: What was attempted.
    ///   - outcome: How that ended.
    ///   - copy: What was said.
    ///   - now: The instant of the attempt.
    init(_ claimed: ClaimedMessage, _ outcome: DeliveryOutcome, copy: Copy, at now: Date) {
        let message = claimed.message
        switch outcome {
        case .accepted(let reply, let id):
            self.init(message: message, status: .sent, reason: nil, reply: reply, copy: copy)
            providerID = id
        case .rejectedTemporarily(_, let reply):
            self.init(postponing: claimed, because: "rejected_for_now", reply, hint: RetryHint(reading: reply), at: now)
        case .rejectedPermanently(_, let reply, let isAddressInvalid):
            // An address of staff is left alone: blocking it would silence call-back requests without anybody noticing.
            let isDead = isAddressInvalid && claimed.audience == .client
            let suppressionReason = SMSError(outcome)?.suppression ?? (isDead ? .hardBounce : nil)
            self.init(
                message: message, status: .failed,
                reason: suppressionReason == .optOut ? "opted_out" : "rejected_for_good",
                reply: reply, copy: copy, suppression: suppressionReason)
        case .senderRefused(let reason):
            self = .channelPaused(message, reason, at: now)
        case .notSent(let reason, unreachable: true):
            self.init(message: message, status: .queued, reason: "not_sent", reply: reason)
        case .notSent(let reason, unreachable: false):
            self.init(postponing: claimed, because: "not_sent", reason, hint: nil, at: now)
        case .unknown(let reason):
            self.init(message: message, status: .unknown, reason: "no_answer", reply: reason, copy: copy)
        }
    }

    /// What the ledger says of an attempt that was refused for a reason that concerns every message.
    init(_ claimed: ClaimedMessage, refusedWithAll outcome: DeliveryOutcome, copy: Copy, at now: Date) {
        guard case .rejectedPermanently(_, let reply, _) = outcome else {
            self.init(claimed, outcome, copy: copy, at: now)
            return
        }
        self = .channelPaused(claimed.message, reply, at: now)
    }

    /// A message that may be tried again, as long as that makes sense.
    private init(
        postponing claimed: ClaimedMessage, because reason: String, _ reply: String, hint: RetryHint?, at now: Date
    ) {
        let next = RetryDelay.nextAttempt(
            after: Int(claimed.attempt), hint: hint, jitter: Double.random(in: 0...1), now: now,
            deadline: claimed.deadline)
        self.init(
            message: claimed.message, status: next == nil ? .failed : .queued,
            reason: next == nil ? "too_late" : reason,
            reply: reply, waitUntil: next)
    }
}

extension SMSError {
    /// Why no other text needs to be tried to the number, where the service knows it for good.
    var suppression: Suppression.Reason? {
        if self == .recipientOptedOut { return .optOut }
        return isNumberInvalid ? .hardBounce : nil
    }
}
