extension Unicode.Scalar {
    /// Whether this is a control character or a line break of Unicode (general categories Cc, Zl, Zp).
    var isControl: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether this overrides, embeds or isolates the direction of the text that follows it.
    ///
    /// The plain marks U+200E and U+200F stay allowed: Hebrew and Arabic names use them.
    var isDirectionOverride: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// Whether this is printable ASCII with single spaces between its words: safe, and as tidy as it can be.
    ///
    /// So is most of what people write, and this is found out much faster than what is wrong with the rest.
    var isPlainLine: Bool {
        let space = UInt8(ascii: " ")
        var previous = space
        for octet in utf8 {
            guard (0x20...0x7E).contains(octet), octet != space || previous != space else { return false }
            previous = octet
        }
        return previous != space || isEmpty
    }

    /// Refuses text that could break out of a header line or disguise what it says.
    func checkSingleLine(_ part: CompositionError.Part) throws(CompositionError) {
        if isPlainLine { return }
        for scalar in unicodeScalars {
            if scalar.isControl { throw CompositionError(part: part, rule: .controlCharacter) }
            if scalar.isDirectionOverride { throw CompositionError(part: part, rule: .directionOverride) }
        }
    }

    /// This text with line breaks as LF, and control characters and direction overrides made visible as U+FFFD.
    var safeMultiline: String {
        guard holdsUnsafeOctets else { return self }
        var safe = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": safe.append("\n")
            case "\t": safe.append(scalar)
            default: safe.append(scalar.isControl || scalar.isDirectionOverride ? "\u{FFFD}" : scalar)
            }
        }
        return String(safe)
    }

    /// This text on one line: runs of white space become one space, what is unsafe becomes U+FFFD.
    var safeSingleLine: String {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        let end = utf8.lastIndex { $0 != lf && $0 != cr }.map { utf8.index(after: $0) } ?? startIndex
        let line = String(self[..<end])
        return line.isPlainLine
            ? line : line.safeMultiline.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Whether there is anything in the octets of this text that several lines of it must not hold.
    private var holdsUnsafeOctets: Bool {
        let octets = utf8Span.span
        for index in octets.indices {
            switch octets[index] {
            case UInt8(ascii: "\n"), UInt8(ascii: "\t"): continue
            case 0...0x1F, 0x7F: return true
            // U+0080 to U+009F.
            case 0xC2 where octets[index + 1] <= 0x9F: return true
            // U+2028 to U+202E.
            case 0xE2 where octets[index + 1] == 0x80 && (0xA8...0xAE).contains(octets[index + 2]): return true
            // U+2066 to U+2069.
            case 0xE2 where octets[index + 1] == 0x81 && (0xA6...0xA9).contains(octets[index + 2]): return true
            default: continue
            }
        }
        return false
    }
}

/// A refusal to compose: some part of a message, an address or a calendar breaks a rule of its standard.
///
/// The description names the part and the rule, never the text itself, so that it can be logged.
public struct CompositionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The part that was refused.
    public enum Part: String, Hashable, Sendable {
        /// The display name of a mailbox.
        case name = "name"
        /// The address of a mailbox.
        case address = "e-mail address"
        /// The subject line.
        case subject = "subject"
        /// The message's identifier.
        case messageID = "message id"
        /// The link that takes a recipient off.
        case unsubscribe = "unsubscribe link"
        /// A calendar, or an entry in it.
        case calendar = "calendar"
    }

    /// The rule that was broken.
    public enum Rule: Hashable, Sendable {
        /// The text holds a control character: NUL, ESC, a line break and the like.
        case controlCharacter
        /// The text holds a character that reverses the direction of what follows it.
        case directionOverride
        /// The text is not one address of the form `local@domain` (RFC 5322 section 3.4.1).
        case notAnAddress
        /// The address is longer than the 254 octets that fit into an SMTP path (RFC 5321 section 4.5.3.1).
        case tooLong
        /// The part before the @ is not ASCII, which only servers with SMTPUTF8 take (RFC 6531).
        case localPartNotASCII
        /// The domain is not ASCII; it has to be written in its `xn--` form (RFC 5891).
        case domainNotASCII
        /// The text is not an identifier of the form `<left@right>` (RFC 5322 section 3.6.4).
        case notAMessageID
        /// The text is not one HTTPS URI of a host (RFC 8058 section 3.1).
        case notAnHTTPSLink
        /// The link does not fit on one line of a header (RFC 5322 section 2.1.1).
        case linkTooLong
        /// The entry has no identifier (RFC 5545 section 3.8.4.7).
        case missingUID
        /// The entry ends before it begins, or at once.
        case endsBeforeStart
        /// An invitation or a cancellation has no organizer (RFC 5546 section 3.2).
        case missingOrganizer
        /// An invitation or a cancellation has no attendee (RFC 5546 section 3.2).
        case missingAttendee
        /// A calendar that invites nobody names an attendee.
        case attendeeInPublication
    }

    /// The part that was refused.
    public let part: Part
    /// The rule that was broken.
    public let rule: Rule

    /// What was refused, why, and what to do about it.
    public var description: String { "The \(part.rawValue) is refused: \(rule.reason)" }
}

extension CompositionError.Rule {
    fileprivate var reason: String {
        switch self {
        case .controlCharacter:
            "it holds a control character, which would break the message. Remove line breaks, tabs and escape codes."
        case .directionOverride:
            "it holds a character that reverses the text after it. Type it again without copying from elsewhere."
        case .notAnAddress:
            "it does not have the form local@domain. Write one address, such as anna@example.com."
        case .tooLong:
            "it is longer than mail servers accept. Use an address of at most 254 characters."
        case .localPartNotASCII:
            "the part before the @ has letters that most mail servers refuse. Use an address in plain ASCII."
        case .domainNotASCII:
            "the domain has letters outside ASCII. Write the domain in its xn-- form."
        case .notAMessageID:
            "it does not have the form <left@right>. Use unreserved ASCII characters and a domain of your own."
        case .notAnHTTPSLink:
            "mail programs follow only https. Write https://, a host and a path, with other characters as %XX."
        case .linkTooLong:
            "it does not fit on one line of a header. Use a link of at most \(UnsubscribeLink.maximumLength) characters."
        case .missingUID:
            "an entry has no UID, so later changes could not find it. Give it one that stays for life."
        case .endsBeforeStart:
            "an entry does not end after it begins. Check its two instants."
        case .missingOrganizer:
            "invitations and cancellations need an organizer. Name the mailbox that answers go to."
        case .missingAttendee:
            "invitations and cancellations need an attendee. Name the person invited."
        case .attendeeInPublication:
            "a calendar feed must not name attendees. Leave them out, or send an invitation."
        }
    }
}
