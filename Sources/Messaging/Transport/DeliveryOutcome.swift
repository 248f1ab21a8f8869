public import FoundationEssentials

/// How an attempt to deliver one message ended.
///
/// A reply is the server's own words: one line, without control characters, at most 200 characters. It may name the
/// recipient, so it belongs into the ledger and not into logs. A code is SMTP's; of a text it is the service's own error
/// (`SMSError`), else the HTTP status.
public enum DeliveryOutcome: Hashable, Sendable {
    /// The server has taken responsibility for the message. `id` is the service's own name for it, by which the service
    /// speaks of it later; SMTP servers have none that senders could use.
    case accepted(reply: String, id: String? = nil)
    /// The server refused with a 4yz code: the same message may be accepted later (RFC 5321 section 4.2.1).
    ///
    /// A server that refused before it heard of the message has refused us: whatever number it gave, `code` is then 421.
    case rejectedTemporarily(code: Int, reply: String)
    /// The server refused with a 5yz code: the same message must not be tried again. `isAddressInvalid` tells that the
    /// refusal is about the recipient's address, to which no message will ever get through (`FailureCause`).
    case rejectedPermanently(code: Int, reply: String, isAddressInvalid: Bool = false)
    /// The server refused the sender, so that it would refuse any other message as well; this one may be sent once that is
    /// corrected. The reason ends with the server's reply, after a colon.
    case senderRefused(reason: String)
    /// The message certainly did not go out, and may be tried again. `unreachable` tells that the server could not be
    /// used at all, so that the next message would fare no better.
    case notSent(reason: String, unreachable: Bool)
    /// The message went out whole and no answer came: the recipient may have it, so it must not be sent again unasked.
    case unknown(reason: String)
}

extension DeliveryOutcome {
    /// Whether the server itself asks to be left alone for a while, so that the next message would fare no better.
    ///
    /// So it does with 421, at whatever step (RFC 5321 section 3.8), and with any 4yz before it hears of a message: at
    /// its greeting, at our introduction, at TLS and at the login. A service of texts does with the errors that concern
    /// every text (`SMSError.requestsBackoff`); their numbers have five digits, those of SMTP three.
    public var requestsBackoff: Bool {
        guard case .rejectedTemporarily(let code, _) = self else { return false }
        return code == 421 || SMSError(rawValue: code)?.requestsBackoff == true
    }
}

/// When to try a message again that was refused for now.
public enum RetryDelay {
    /// The wait after each attempt; the last repeats.
    private static let waits: [Duration] = [2, 5, 15, 30, 60].map { .seconds($0 * 60) }
    /// Jitter makes a wait longer by up to a quarter, so that messages refused together do not come back together.
    private static let spread = 0.25

    /// The instant of the next attempt: after what the server asks for, else after 2, 5, 15, 30 and then 60 minutes.
    ///
    /// Never sooner than asked, even with the least jitter: who comes back early to a greylist begins anew.
    ///
    /// - Parameters:
    ///   - attempt: How many attempts were made, from 1.
    ///   - hint: What the server asked for.
    ///   - jitter: A random number from 0 to 1.
    ///   - now: The instant of the refusal.
    ///   - deadline: The instant after which the message must not go out, when there is one.
    /// - Returns: `nil` when the next attempt would come after the deadline, so that there is none.
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
