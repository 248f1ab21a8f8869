extension Unicode.Scalar {
    /// Whether this is a control character or a Unicode line break (general categories Cc, Zl, Zp).
    var isControl: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether this overrides, embeds or isolates the direction of the following text.
    ///
    /// The marks U+200E and U+200F are allowed, because Hebrew and Arabic names use them.
    var isDirectionOverride: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// Whether this is printable ASCII with single spaces between its words, which needs no further checks.
    ///
    /// Most input passes this check, which is much faster than the complete ones.
    var isPlainLine: Bool {
        let space = UInt8(ascii: " ")
        var previous = space
        for octet in utf8 {
            guard (0x20...0x7E).contains(octet), octet != space || previous != space else { return false }
            previous = octet
        }
        return previous != space || isEmpty
    }

    /// Checks for control characters and direction overrides, which could break a header line or disguise its content.
    func checkSingleLine(_ part: CompositionError.Part) throws(CompositionError) {
        if isPlainLine { return }
        for scalar in unicodeScalars {
            if scalar.isControl { throw CompositionError(part: part, rule: .controlCharacter) }
            if scalar.isDirectionOverride { throw CompositionError(part: part, rule: .directionOverride) }
        }
    }

    /// This text with LF line breaks, and control characters and direction overrides replaced by U+FFFD.
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

    /// This text on one line, with single spaces, and unsafe characters replaced by U+FFFD.
    var safeSingleLine: String {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        let end = utf8.lastIndex { $0 != lf && $0 != cr }.map { utf8.index(after: $0) } ?? startIndex
        let line = String(self[..<end])
        return line.isPlainLine
            ? line : line.safeMultiline.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Whether this text contains octets that are not allowed in multi-line text.
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

/// An error in the composition of a message, an address or a calendar.
///
/// The description names the part and the rule, never the text itself, so that it can be logged.
public struct CompositionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part of a message.
    public enum Part: String, Hashable, Sendable {
        /// The display name of a mailbox.
        case name = "name"
        /// The address of a mailbox.
        case address = "e-mail address"
        /// The subject line.
        case subject = "subject"
        /// The message's identifier.
        case messageID = "message id"
        /// The unsubscription link.
        case unsubscribe = "unsubscribe link"
        /// A calendar or one of its events.
        case calendar = "calendar"
    }

    /// A rule of a standard.
    public enum Rule: Hashable, Sendable {
        /// The text contains a control character, such as NUL, ESC or a line break.
        case controlCharacter
        /// The text contains a character that changes the direction of the following text.
        case directionOverride
        /// The text is not an address of the form `local@domain` (RFC 5322 section 3.4.1).
        case notAnAddress
        /// The address exceeds the 254 octets that fit into an SMTP path (RFC 5321 section 4.5.3.1).
        case tooLong
        /// The part before the @ is not ASCII, which only servers with SMTPUTF8 accept (RFC 6531).
        case localPartNotASCII
        /// The domain is not ASCII; its `xn--` form is required (RFC 5891).
        case domainNotASCII
        /// The text is not an identifier of the form `<left@right>` (RFC 5322 section 3.6.4).
        case notAMessageID
        /// The text is not an HTTPS URI with a host (RFC 8058 section 3.1).
        case notAnHTTPSLink
        /// The link does not fit on a header line (RFC 5322 section 2.1.1).
        case linkTooLong
        /// The event has no identifier (RFC 5545 section 3.8.4.7).
        case missingUID
        /// The event does not end after its start.
        case endsBeforeStart
        /// An invitation or a cancellation has no organizer (RFC 5546 section 3.2).
        case missingOrganizer
        /// An invitation or a cancellation has no attendee (RFC 5546 section 3.2).
        case missingAttendee
        /// A calendar without invitations names an attendee.
        case attendeeInPublication
    }

    /// The refused part.
    public let part: Part
    /// The violated rule.
    public let rule: Rule

    /// The refused part, the reason and the remedy.
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
