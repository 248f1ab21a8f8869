/// The cause of a message's refusal.
public enum FailureCause: Hashable, Sendable {
    /// The address is permanently invalid.
    case address
    /// The message, its sender, a policy, the mailbox's size, or a temporary condition: the address remains usable.
    case message
    /// The cause cannot be determined.
    case unclear

    /// Determines the cause from the status code, and from the reply's text when the code is unspecific.
    ///
    /// A refusal counts as caused by the address only when nothing contradicts it: a second bounce costs little, but a
    /// person who wrongly gets no more mail costs much. The refusing server's own code and text take precedence over
    /// the reporting server's status, because some servers report 5.1.1 for every plain 550.
    ///
    /// - Parameters:
    ///   - reported: The reporting server's status (RFC 3463), if any.
    ///   - words: The refusing server's reply.
    public init(status reported: EnhancedStatus?, words: String) {
        let statusInWords = EnhancedStatus(foundIn: words)
        let causes = [reported, statusInWords].compactMap { $0?.cause }
        let causeInWords = RefusalWords(words).cause
        if causes.contains(.message) {
            self = .message
        } else if let statusInWords, statusInWords.cause == .address, statusInWords.isConclusive {
            self = .address
        } else if causeInWords == .message {
            self = .message
        } else {
            self = causes.contains(.address) ? .address : causeInWords
        }
    }
}

extension EnhancedStatus {
    /// The cause that the three numbers alone indicate.
    ///
    /// Policy (5.7.x) concerns the sender or the message; a full mailbox (5.2.2) and a message that is too long
    /// (5.3.4, 5.2.3) are temporary; most of 5.3.x and 5.4.x is a broken system, a loop or a timeout.
    fileprivate var cause: FailureCause {
        guard outcome == .permanent else { return .message }
        return switch (subject, detail) {
        case (0, _), (5, 0): .unclear
        // These two concern the sender.
        case (1, 7), (1, 8): .message
        // Bad mailbox, host or syntax, moved, no mail server at all (RFC 7505).
        case (1, _): .address
        // Disabled, or unspecific.
        case (2, 0), (2, 1): .address
        // Microsoft's code for an address that is not in its directory; no route; no such domain.
        case (4, 1), (4, 4), (4, 310): .address
        default: .message
        }
    }

    /// Whether the detail is unambiguous: Gmail uses 5.2.1 both for a disabled account and for one that gets too much
    /// mail.
    fileprivate var isConclusive: Bool { detail != 0 && (subject, detail) != (2, 1) }
}

/// The words of a refusal that are relevant for its cause.
struct RefusalWords {
    /// The maximum number of words that are examined.
    private static let maximumWords = 400

    let words: [String]
    /// The words, each surrounded by spaces.
    private let line: String

    init(_ text: String) {
        let pieces = text.lowercased().split(whereSeparator: \.isWhitespace)
        // The words in an address or a mail server's name are irrelevant for the cause.
        let named = pieces.indices.filter { index in
            pieces[index].contains("@")
                || (index > 0 && pieces[index - 1].hasSuffix("host") && pieces[index].contains("."))
        }
        let kept = pieces.enumerated().filter { !named.contains($0.offset) }.map(\.element)
        words = kept.flatMap { piece in
            piece.filter { $0 != "'" && $0 != "\u{2019}" }.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        }.prefix(Self.maximumWords).map(\.self)
        line = " " + words.joined(separator: " ") + " "
    }

    /// The cause; words about the message override those about the address, as in `mailbox unavailable: rejected by
    /// policy`.
    var cause: FailureCause {
        if words.contains(where: Self.messageWords.contains) || has(Self.messagePhrases) { return .message }
        return has(Self.addressPhrases) || namesMissingAddress ? .address : .unclear
    }

    func has(_ phrases: [String]) -> Bool {
        phrases.contains { line.contains(" \($0) ") }
    }

    /// Whether the words contain `unknown user` or `the user … is unknown`.
    private var namesMissingAddress: Bool {
        for (index, word) in words.enumerated() where Self.nouns.contains(word) {
            let before = " " + words[max(0, index - 3)..<index].joined(separator: " ") + " "
            if Self.missingBefore.contains(where: { before.contains(" \($0) ") }) { return true }
            if index > 0, Self.unusable.contains(words[index - 1]) { return true }
            let after = " " + words[(index + 1)..<min(words.count, index + 11)].joined(separator: " ") + " "
            if Self.missingAfter.contains(where: { after.contains(" \($0) ") }) { return true }
        }
        return false
    }
}

extension RefusalWords {
    /// Words that occur only in a refusal of the message, its sender or its size, or in a temporary one.
    private static let messageWords: Set<String> = [
        "spf", "dkim", "dmarc", "arc", "sender", "senders", "senderid", "blocked", "blocking", "block", "blacklist",
        "blacklisted", "blocklist", "blocklisted", "denylist", "denied", "banned", "bl", "rbl", "dnsbl", "rblsmtpd",
        "listed", "spam", "spammer", "spamming", "spamhaus", "spamcop", "barracuda", "junk", "unsolicited", "bulk",
        "content", "virus", "malware", "infected", "phish", "phishing", "suspicious", "reputation", "policy",
        "policies",
        "prohibited", "forbidden", "abuse", "complaint", "complaints", "ip", "size", "exceeds", "exceed", "exceeded",
        "quota", "full", "overquota", "storage", "space", "limit", "limits", "relay", "relaying", "authentication",
        "authenticate", "authenticated", "unauthenticated", "authorized", "authorised", "unauthorized", "permission",
        "permitted", "rate", "throttled", "throttling", "greylisted", "greylist", "greylisting", "graylisted",
        "temporarily", "temporary", "later", "timeout", "timed", "connection", "network", "loop", "hops", "tls",
        "starttls", "encryption",
        "rdns", "ptr", "reverse", "helo", "ehlo", "attachment", "attachments", "header", "headers", "mime",
    ]

    private static let messagePhrases = [
        "too large", "too big", "too long", "too many", "message rejected", "looks like", "high probability",
        "access restricted",
    ]

    private static let addressPhrases = [
        "does not exist", "doesnt exist", "do not exist", "not exist", "nonexistent", "non existent", "nobody",
        "no one here", "unrouteable", "unroutable", "not our customer", "user doesnt", "recipientnotfound",
        "recipnotfound", "nosuchuser", "address is gone", "no existe", "desconocido", "inconnu", "inconnue", "nexiste",
        "unbekannt", "existiert nicht",
    ]

    private static let nouns: Set<String> = [
        "user", "users", "recipient", "recipients", "mailbox", "mailboxes", "address", "account", "addressee", "person",
        "customer", "subscriber", "destination", "username", "inbox", "alias", "host", "domain",
    ]

    private static let missingBefore = [
        "unknown", "invalid", "no such", "no", "bad", "unrecognized", "incorrect", "not a valid", "not a known",
    ]

    private static let unusable: Set<String> = [
        "undeliverable", "inactive", "disabled", "closed", "deactivated", "suspended",
    ]

    private static let missingAfter = [
        "unknown", "not found", "invalid", "not valid", "isnt valid", "not known", "unavailable", "not available",
        "disabled", "inactive", "not active", "suspended", "deactivated", "closed", "deleted", "discontinued",
        "terminated", "expired", "no longer", "couldnt be found", "could not be found", "cannot be found",
        "cant be found", "wasnt found", "isnt found", "not recognized", "not recognised", "undeliverable", "not here",
        "not a valid",
    ]
}
