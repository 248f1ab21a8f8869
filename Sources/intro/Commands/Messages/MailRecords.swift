import Booking
import BookingStore
import FoundationEssentials
import Reminders

/// What came of a received mail, as JSON has it.
struct BounceRecord: Encodable {
    /// What came of one address.
    struct Address: Encodable {
        let address: String
        let suppressed: Bool
        @NullWhenNil var reason: String?
        @NullWhenNil var detail: String?
    }

    let addresses: [Address]
    /// The session that it is about.
    @NullWhenNil var reference: String?
    /// The rule whose message it is about.
    @NullWhenNil var rule: String?
    /// The number by which it is marked as reviewed.
    let mail: Int64
    let kind: String
    let action: String
    /// Why a person has to review it.
    @NullWhenNil var review: String?
    /// Whether a person still has to.
    let open: Bool
    /// Whether it was received before.
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

    /// The same for people.
    var text: String {
        var lines: [String] = repeated ? ["This mail was received before."] : []
        for address in addresses where address.suppressed {
            lines.append("Nothing is sent to \(address.address) any more: \(address.reason ?? "").")
        }
        if let reference {
            switch entry.action {
            case .suppressed where entry.kind == .failure, .messageFailed:
                lines.append("The message \(rule ?? "") of \(reference) came back.")
            case .confirmed: lines.append("The client has accepted the invitation: \(reference) is confirmed.")
            case .callRequested:
                lines.append("The client has declined the invitation: the desk is asked to call (\(reference)).")
            case .suppressed, .noted, .none: break
            }
        }
        if entry.action == .messageFailed { lines.append("The address stays usable: the refusal is not about it.") }
        if entry.action == .noted { lines.append("Nothing to do.") }
        if let review = entry.review, open {
            lines.append("Stored for review as number \(mail): \(review.words). See `intro mail list --open`.")
        }
        return lines.joined(separator: "\n").visibleLines
    }
}

/// A received mail as JSON has it.
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

/// A received mail with its beginning, as JSON has it.
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
    /// What it was understood as, in words.
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
    /// Why a person has to review it, in words.
    var words: String {
        switch self {
        case .notUnderstood: "no report and no answer to an invitation"
        case .unknownMessage: "not about a message that was sent"
        case .otherRecipient: "names another recipient than the message"
        case .staffAddress: "mail to a trainer or a studio came back"
        case .unclearReason: "does not say whether the address or the message is at fault"
        case .unknownEvent: "answers no invitation that was sent"
        case .otherAttendee: "answered by a person who was not invited"
        case .otherRevision: "answers an earlier time of the session"
        case .sessionClosed: "the session is over or cancelled"
        case .declined: "declined: call the client"
        case .undecided: "the client has not decided"
        }
    }
}
