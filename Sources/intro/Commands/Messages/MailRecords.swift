import Booking
import BookingStore
import FoundationEssentials
import Reminders

/// The JSON form of the result of a received mail.
struct BounceRecord: Encodable {
    /// The result for one address.
    struct Address: Encodable {
        let address: String
        let suppressed: Bool
        @NullWhenNil var reason: String?
        @NullWhenNil var detail: String?
    }

    let addresses: [Address]
    /// The session that the mail is about.
    @NullWhenNil var reference: String?
    /// The rule of the message that the mail is about.
    @NullWhenNil var rule: String?
    /// The number with which the mail is marked as reviewed.
    let mail: Int64
    let kind: String
    let action: String
    /// The reason for a review by a person.
    @NullWhenNil var review: String?
    /// Whether a review is still needed.
    let open: Bool
    /// Whether the mail was received before.
    let repeated: Bool

    private let entry: InboundMailEntry

    private enum CodingKeys: String, CodingKey {
        case addresses, reference, rule, mail, kind, action, review, open, repeated
    }

    init(_ receipt: InboundMail.Receipt) {
        entry = receipt.entry
        addresses = receipt.addresses.map {
            Address(
                address: $0.address.address, suppressed: $0.suppression != nil, reason: $0.suppression?.rawValue,
                detail: $0.detail)
        }
        reference = entry.reference?.description
        rule = entry.rule
        mail = entry.id
        kind = entry.kind.rawValue
        action = entry.action.rawValue
        review = entry.review?.rawValue
        open = entry.doneAt == nil
        repeated = !receipt.isNew
    }

    /// The result as text.
    var text: String {
        var lines: [String] = repeated ? ["This mail was received before."] : []
        for address in addresses where address.suppressed {
            lines.append("\(address.address) is blocked: \(address.reason ?? "").")
        }
        if let reference {
            switch entry.action {
            case .suppressed where entry.kind == .failure, .messageFailed:
                lines.append("The message \(rule ?? "") of \(reference) bounced.")
            case .confirmed: lines.append("The client has accepted the invitation: \(reference) is confirmed.")
            case .callRequested:
                lines.append("The client has declined the invitation: call the client (\(reference)).")
            case .suppressed, .noted, .none: break
            }
        }
        if entry.action == .messageFailed { lines.append("The address is not blocked: it did not cause the refusal.") }
        if entry.action == .noted { lines.append("Nothing to do.") }
        if let review = entry.review, open {
            lines.append("Stored for review as number \(mail): \(review.words). See `intro mail list --open`.")
        }
        return lines.joined(separator: "\n").visibleLines
    }
}

/// The JSON form of a received mail.
struct MailRecord: Encodable {
    let id: Int64
    let receivedAt: Date
    @NullWhenNil var from: String?
    @NullWhenNil var subject: String?
    let kind: String
    let action: String
    @NullWhenNil var review: String?
    @NullWhenNil var detail: String?
    @NullWhenNil var reference: String?
    @NullWhenNil var rule: String?
    @NullWhenNil var doneAt: Date?
    @NullWhenNil var doneBy: String?

    init(_ mail: InboundMailEntry) {
        id = mail.id
        receivedAt = mail.receivedAt
        from = mail.sender
        subject = mail.subject
        kind = mail.kind.rawValue
        action = mail.action.rawValue
        review = mail.review?.rawValue
        detail = mail.detail
        reference = mail.reference?.description
        rule = mail.rule
        doneAt = mail.doneAt
        doneBy = mail.doneBy
    }
}

/// The JSON form of a received mail with its beginning.
struct MailExcerptRecord: Encodable {
    let mail: MailRecord
    @NullWhenNil var excerpt: String?

    private enum CodingKeys: String, CodingKey {
        case excerpt
    }

    init(_ mail: InboundMailEntry, excerpt: String?) {
        self.mail = MailRecord(mail)
        self.excerpt = excerpt
    }

    func encode(to encoder: any Encoder) throws {
        try mail.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(_excerpt, forKey: .excerpt)
    }
}

extension InboundMailEntry {
    /// The interpretation of the mail.
    var readAs: String {
        switch (kind, action) {
        case (.failure, .suppressed): "bounce: address blocked"
        case (.failure, .messageFailed): "bounce: message failed"
        case (.failure, .noted): "delivery status"
        case (.failure, _): "bounce"
        case (.complaint, .suppressed): "complaint: address blocked"
        case (.complaint, _): "complaint"
        case (.calendarReply, .confirmed): "invitation accepted"
        case (.calendarReply, .callRequested): "invitation declined: call?"
        case (.calendarReply, _): "answer to an invitation"
        case (.other, _): ""
        }
    }
}

extension MailDecision.Review {
    /// The reason for a review.
    var words: String {
        switch self {
        case .notUnderstood: "neither a report nor an answer to an invitation"
        case .unknownMessage: "about an unknown message"
        case .otherRecipient: "names another recipient than the message"
        case .staffAddress: "mail to a trainer or a studio bounced"
        case .unclearReason: "unclear whether the address or the message was refused"
        case .unknownEvent: "answers an unknown invitation"
        case .otherAttendee: "answered by a person who was not invited"
        case .otherRevision: "answers an earlier time of the session"
        case .sessionClosed: "the session is over or cancelled"
        case .declined: "declined: call the client"
        case .undecided: "the client has not decided"
        }
    }
}
