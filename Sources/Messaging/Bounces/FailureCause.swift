/// What the refusal of a message is about.
public enum FailureCause: Hashable, Sendable {
    /// The address leads nowhere, for good.
    case address
    /// The message, its sender, a policy, the mailbox's size, or something that passes: the address stays usable.
    case message
    /// The refusal does not say.
    case unclear

    /// Determines the cause from the status code, and from the words where the code is unspecific.
    ///
    /// A refusal counts as being about the address only where nothing contradicts it: a second bounce costs little, a
    /// person who gets no more mail costs much. The refusing server's own code and words count more than what the
    /// reporting server makes of them, since some report 5.1.1 for every plain 550.
    ///
    /// - Parameters:
    ///   - reported: The reporting server's status (RFC 3463), where it gives one.
    ///   - words: The words of the server that refused.
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
    /// What the three numbers say by themselves.
    ///
    /// Policy (5.7.x) is about the sender or the message, a full mailbox (5.2.2) and a message that is too long (5.3.4,
    /// 5.2.3) pass, and most of 5.3.x and 5.4.x is a broken system, a loop or a time-out.
    fileprivate var cause: FailureCause {
        guard outcome == .permanent else { return .message }
        return switch (subject, detail) {
        case (0, _), (5, 0): .unclear
        // These two are about the sender.
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

    /// Whether the detail leaves nothing open: Gmail says 5.2.1 of a disabled account and of one that gets too much mail.
    fileprivate var isConclusive: Bool { detail != 0 && (subject, detail) != (2, 1) }
}

/// The words of a refusal, reduced to what tells its cause.
struct RefusalWords {
    /// Longer refusals are not read to their end.
    private static let maximumWords = 400

    let words: [String]
    /// The words with a space around each.
    private let line: String

    init(_ text: String) {
        let pieces = text.lowercased().split(whereSeparator: \.isWhitespace)
        // An address or the name of a mail server says nothing of the cause, whatever words it is made of.
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

    /// Words about the message beat those about the address: `mailbox unavailable: rejected by policy`.
    var cause: FailureCause {
        if words.contains(where: Self.messageWords.contains) || has(Self.messagePhrases) { return .message }
        return has(Self.addressPhrases) || namesMissingAddress ? .address : .unclear
    }

    func has(_ phrases: [String]) -> Bool {
        phrases.contains { line.contains(" \($0) ") }
    }

    /// Whether it says `unknown user` or `the user … is unknown`.
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
    /// Words that only a refusal of the message, its sender or its size has, or one that passes.
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
