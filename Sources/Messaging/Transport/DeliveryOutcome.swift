public import FoundationEssentials

/// The outcome of an attempt to deliver one message.
///
/// A reply is the server's own text: one line, without control characters, at most 200 characters. It may contain the
/// recipient's address, so it belongs in the ledger and not in logs. A code is an SMTP reply code; for a text message
/// it is the service's error code (`SMSError`), else the HTTP status.
public enum DeliveryOutcome: Hashable, Sendable {
    /// The server accepted responsibility for the message.
    ///
    /// `id` is the service's identifier for the message, used in its later reports; SMTP servers return none that
    /// senders could use.
    case accepted(reply: String, id: String? = nil)
    /// The server refused with a 4yz code: the same message may be accepted later (RFC 5321 section 4.2.1).
    ///
    /// A refusal before MAIL concerns the sender: `code` is then 421, whatever code the server returned.
    case rejectedTemporarily(code: Int, reply: String)
    /// The server refused with a 5yz code: the same message must not be retried.
    ///
    /// `isAddressInvalid` is true when the refusal concerns the recipient's address and no message can ever be
    /// delivered to it (`FailureCause`).
    case rejectedPermanently(code: Int, reply: String, isAddressInvalid: Bool = false)
    /// The server refused the sender and would refuse any other message as well.
    ///
    /// This message may be sent after the cause is corrected. The reason ends with the server's reply, after a colon.
    case senderRefused(reason: String)
    /// The message was certainly not sent, and may be retried.
    ///
    /// `unreachable` is true when the server could not be used at all, so that the next message would fail as well.
    case notSent(reason: String, unreachable: Bool)
    /// The whole message was sent and no reply came: it may have been delivered, so it must not be resent
    /// automatically.
    case unknown(reason: String)
}

extension DeliveryOutcome {
    /// Whether the server requests a pause for all messages.
    ///
    /// An SMTP server does so with 421 at any step (RFC 5321 section 3.8), and with any 4yz before MAIL: in its
    /// greeting, after EHLO, at TLS and at the login. An SMS service does so with the errors that concern every text
    /// message (`SMSError.requestsBackoff`); those codes have five digits, SMTP codes three.
    public var requestsBackoff: Bool {
        guard case .rejectedTemporarily(let code, _) = self else { return false }
        return code == 421 || SMSError(rawValue: code)?.requestsBackoff == true
    }
}

/// The schedule for retrying a temporarily refused message.
public enum RetryDelay {
    /// The delay after each attempt; the last one repeats.
    private static let waits: [Duration] = [2, 5, 15, 30, 60].map { .seconds($0 * 60) }
    /// The maximum jitter: delays are extended by up to a quarter, so that messages refused together are not retried
    /// together.
    private static let spread = 0.25

    /// Returns the instant of the next attempt: after the requested delay, else after 2, 5, 15, 30 and then 60
    /// minutes.
    ///
    /// The instant is never earlier than requested, even without jitter: an early retry restarts a greylisting delay.
    ///
    /// - Parameters:
    ///   - attempt: The number of attempts so far, from 1.
    ///   - hint: The delay that the server requested.
    ///   - jitter: A random number from 0 to 1.
    ///   - now: The instant of the refusal.
    ///   - deadline: The instant after which the message must not be sent, if any.
    /// - Returns: `nil` when the next attempt would be after the deadline.
    public static func nextAttempt(
        after attempt: Int, hint: RetryHint? = nil, jitter: Double, now: Date, deadline: Date?
    ) -> Date? {
        let wait = hint?.wait ?? waits[min(max(attempt, 1), waits.count) - 1]
        let stretched = wait * (1 + spread * min(max(jitter, 0), 1))
        let next = now + stretched.timeInterval
        return deadline.map { next <= $0 } ?? true ? next : nil
    }
}

extension Duration {
    fileprivate var timeInterval: TimeInterval { self / .seconds(1) }
}
