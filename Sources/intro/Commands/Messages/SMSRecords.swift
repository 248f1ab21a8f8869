import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Reminders

/// What a text came to, as JSON has it.
struct ReceivedTextRecord: Encodable {
    let id: Int64
    let action: String
    @NullWhenNil var reference: String?
    /// What we answer; `null` is nothing.
    @NullWhenNil var answer: String?
    /// sent, failed or unknown; `null` where nothing is answered.
    @NullWhenNil var answered: String?
    /// Whether it had been heard before.
    let repeated: Bool
    /// Whether the desk has something to do about it.
    let open: Bool

    init(_ heard: InboundTexts.Receipt) {
        id = heard.id
        action = heard.action.rawValue
        reference = heard.session?.description
        answer = heard.answer
        answered = heard.answered?.rawValue
        repeated = !heard.isNew
        open = heard.isOpen
    }
}

/// A client's text as JSON has it.
struct InboundTextRecord: Encodable {
    let id: Int64
    let receivedAt: Date
    let from: String
    @NullWhenNil var name: String?
    let body: String
    let attachments: Int32
    let action: String
    @NullWhenNil var reference: String?
    @NullWhenNil var answer: String?
    let answered: String
    @NullWhenNil var doneAt: Date?
    @NullWhenNil var doneBy: String?

    init(_ text: InboundEntry) {
        id = text.id
        receivedAt = text.receivedAt
        from = text.sender
        name = text.name
        body = text.body
        attachments = text.attachments
        action = text.action
        reference = text.reference?.description
        answer = text.answer
        answered = text.answered
        doneAt = text.doneAt
        doneBy = text.doneBy
    }
}

extension InboundEntry {
    /// What it says, for people.
    var words: String {
        let files = attachments == 0 ? nil : "(\(counted(Int(attachments), "attachment")))"
        return [body.isEmpty ? nil : body, files].compactMap(\.self).joined(separator: " ")
    }

    /// What it was read as, for people.
    var readAs: String {
        switch InboundTexts.Action(rawValue: action) {
        case .optedOut: doneAt == nil ? "opted out: call?" : "opted out"
        case .optedIn: "opted in"
        case .helped: "asked for help"
        case .confirmed: "confirmed"
        case .callRequested: "wants call"
        case .optOutReview: doneAt == nil ? "opt-out? texts wait" : "no opt-out word"
        case .some(.none), nil: "needs a reply"
        }
    }
}

/// What came of a delivery status, as JSON has it.
struct TextStatusRecord: Encodable {
    /// The provider's own name for the text.
    let providerId: String
    /// The provider's word for the status.
    let reported: String
    @NullWhenNil var errorCode: Int?
    /// Whether it is about a text of ours that is known.
    let known: Bool
    /// Whether anything is otherwise now.
    let changed: Bool
    @NullWhenNil var reference: String?
    @NullWhenNil var rule: String?
    /// What the ledger says now.
    @NullWhenNil var status: String?
    @NullWhenNil var reason: String?
    /// Why nothing more is sent to the number because of this status.
    @NullWhenNil var suppressed: String?

    private let isFinal: Bool

    private enum CodingKeys: String, CodingKey {
        case providerId, reported, errorCode, known, changed, reference, rule, status, reason, suppressed
    }

    init(_ status: TextStatusReport, _ report: TextStatuses.Report, _ receipt: TextStatuses.Receipt) {
        isFinal = report.progress != .underway
        providerId = status.id
        reported = status.status
        errorCode = status.errorCode
        changed = receipt.changed
        suppressed = receipt.changed ? report.suppression?.rawValue : nil
        switch receipt.subject {
        case .message(let entry):
            known = true
            reference = entry.reference?.description
            rule = entry.rule
            self.status = entry.status
            reason = entry.reason
        case .answer: known = true
        case .unknown: known = false
        }
    }

    /// The same for people.
    var text: String {
        guard known else {
            let kept = isFinal ? " yet; its status is kept for a week" : ""
            return "No text with the identifier \(providerId) is known\(kept).".visible
        }
        let name = reference.map { "The text \(rule ?? "") of \($0)" } ?? "That text"
        let end = [status, reason].compactMap(\.self).joined(separator: ": ")
        let lines =
            ["\(name): \(reported)\(end.isEmpty ? "" : ", now \(end)")."]
            + [suppressed.map { "Nothing is sent to that number any more: \($0)." }].compactMap(\.self)
        return lines.joined(separator: "\n").visibleLines
    }
}
