/// The scope of a server's refusal: one message, or the sender and therefore every message.
enum RefusalScope: Hashable, Sendable {
    /// The command that was refused.
    enum Command: Hashable, Sendable {
        /// MAIL, which names the sender.
        case mail
        /// RCPT, DATA or the end of the message.
        case other
    }

    /// The refusal concerns the login, host, address or reputation of the sender.
    case sender
    /// The refusal concerns the message, its recipient or the recipient's mailbox.
    case message
    /// The scope cannot be determined.
    case unclear

    /// Determines the scope from the status code (RFC 3463), the reply's text and the refused command.
    ///
    /// - Parameters:
    ///   - words: The server's reply.
    ///   - command: The command that the server replied to.
    init(words: String, to command: Command = .other) {
        let refusalWords = RefusalWords(words)
        if let scope = EnhancedStatus(foundIn: words)?.scope {
            self = scope
        } else if FailureCause(status: nil, words: words) == .address {
            self = .message
        } else if refusalWords.nameSender {
            self = .sender
        } else if refusalWords.nameContent {
            self = .message
        } else {
            self = command == .mail ? .sender : .unclear
        }
    }
}

extension EnhancedStatus {
    /// The scope that the three numbers alone determine; `nil` when they do not.
    fileprivate var scope: RefusalScope? {
        switch (subject, detail) {
        // The sender's mailbox or domain.
        case (1, 7), (1, 8): .sender
        // The recipient's address and mailbox.
        case (1, _), (2, _): .message
        // The message's size and content.
        case (3, 4), (6, _): .message
        // Credentials, and the checks of the sender's domain and host (RFC 7372).
        case (7, 8), (7, 20...27): .sender
        default: nil
        }
    }
}

extension RefusalWords {
    /// Whether the words concern the sender: its login, relaying, block lists, its address or its limits.
    fileprivate var nameSender: Bool { words.contains(where: Self.senderWords.contains) || has(Self.senderPhrases) }

    /// Whether the words concern only this message: its content, its size, or greylisting of its recipient.
    fileprivate var nameContent: Bool { words.contains(where: Self.contentWords.contains) || has(Self.contentPhrases) }

    private static let senderWords: Set<String> = [
        "relay", "relaying", "authenticate", "authenticated", "unauthenticated", "authentication", "blacklist",
        "blacklisted", "blocklist", "blocklisted", "denylist", "denylisted", "banned", "rbl", "dnsbl", "rblsmtpd",
        "spamhaus", "spamcop", "listed", "reputation", "spf", "dkim", "dmarc", "senderid", "sendasdenied", "rdns",
        "ptr", "helo", "ehlo", "throttled", "throttling",
    ]

    private static let senderPhrases = [
        "sender not", "sender is not", "sender address", "sender domain", "sender verify", "sender verification",
        "sender rejected", "sender denied", "sender blocked", "sender unknown", "unknown sender", "invalid sender",
        "unverified sender", "address is not verified", "address not verified", "not allowed to send",
        "not authorized to send", "not authorised to send", "not permitted to send", "blocked using", "client host",
        "your ip", "ip address", "your host", "your server", "your domain", "your account", "sending limit",
        "sending quota", "rate limit", "too many messages", "too many connections", "login required", "log in first",
        "auth required",
    ]

    private static let contentWords: Set<String> = [
        "size", "virus", "malware", "infected", "attachment", "attachments", "mime", "greylisted", "greylist",
        "greylisting", "graylisted", "graylist", "graylisting",
    ]

    private static let contentPhrases = ["too large", "too big", "too long"]
}

extension DeliveryOutcome {
    /// The code and text of a refusal that may concern every message, without the parts specific to this message.
    ///
    /// It is `nil` for any other outcome, and for a refusal that is known to concern only the message. Two messages
    /// with the same value were refused for the same reason.
    public var generalRefusal: String? {
        let (code, reply): (Int, String)
        switch self {
        case .rejectedTemporarily(let number, let text): (code, reply) = (number, text)
        case .rejectedPermanently(let number, let text, isAddressInvalid: false): (code, reply) = (number, text)
        case .accepted, .rejectedPermanently, .senderRefused, .notSent, .unknown: return nil
        }
        if let error = SMSError(rawValue: code) {
            guard error.mayConcernSender else { return nil }
        } else if RefusalScope(words: reply) == .message {
            return nil
        }
        return "\(code) \(reply.withoutPersonalParts)"
    }
}

extension SMSError {
    /// Whether the service may refuse other text messages for the same reason.
    fileprivate var mayConcernSender: Bool {
        switch category {
        case .later: self != .tooManyBetweenTwoNumbers
        case .never: self == .recipientNotReachable || self == .regionNotEnabled || self == .recipientNotVerified
        case .misconfigured, .unknown: false
        }
    }
}

extension String {
    /// This text in lower case, without addresses, numbers and identifiers.
    fileprivate var withoutPersonalParts: String {
        lowercased().split(whereSeparator: \.isWhitespace)
            .filter { piece in !piece.contains("@") && !piece.contains(where: \.isNumber) }
            .joined(separator: " ")
    }
}
