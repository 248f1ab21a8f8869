/// What a server's refusal concerns: the sender, so that any other message would be refused as well, or one message.
enum RefusalScope: Hashable, Sendable {
    /// The command that was refused.
    enum Command: Hashable, Sendable {
        /// MAIL, which names the sender.
        case mail
        /// RCPT, DATA or the end of the message.
        case other
    }

    /// The login, host, address or reputation of the sender.
    case sender
    /// The message, its recipient or the recipient's mailbox.
    case message
    /// The refusal does not say.
    case unclear

    /// Determines the scope from the status code (RFC 3463), from the words, and from the command that was refused.
    ///
    /// - Parameters:
    ///   - words: The server's reply.
    ///   - command: What it replied to.
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
    /// What the three numbers say by themselves; `nil` where they leave it open.
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
    /// Whether they speak of the sender: its login, relaying, block lists, its address or its limits.
    fileprivate var nameSender: Bool { words.contains(where: Self.senderWords.contains) || has(Self.senderPhrases) }

    /// Whether they concern this message alone: its content, its size, or greylisting of its recipient.
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
    /// What a refusal says that may concern every message: its code and words, without what names this one; `nil` for
    /// any other outcome, and for a refusal that is known to concern the message.
    ///
    /// Two messages with the same value were refused for the same reason.
    public var generalRefusal: String? {
        let (code, reply): (Int, String)
        switch self {
        case .rejectedTemporarily(let number, let words): (code, reply) = (number, words)
        case .rejectedPermanently(let number, let words, isAddressInvalid: false): (code, reply) = (number, words)
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
    /// Whether the service may refuse other texts for the same reason.
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
