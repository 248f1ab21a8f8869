import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Reminders

/// The JSON form of the result of an incoming text.
struct ReceivedTextRecord: Encodable {
    let id: Int64
    let action: String
    @NullWhenNil var reference: String?
    /// The text of the reply; `null` without a reply.
    @NullWhenNil var answer: String?
    /// The outcome of the answer: sent, failed or unknown; `null` without an answer.
    @NullWhenNil var answered: String?
    /// Whether the text had been processed before.
    let repeated: Bool
    /// Whether the text needs attention by the desk.
    let open: Bool

    init(_ receipt: InboundTexts.Receipt) {
        id = receipt.id
        action = receipt.action.rawValue
        reference = receipt.session?.description
        answer = receipt.answer
        answered = receipt.answered?.rawValue
        repeated = !receipt.isNew
        open = receipt.isOpen
    }
}

/// The JSON form of an incoming text.
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
    /// The body and the number of attachments.
    var words: String {
        let files = attachments == 0 ? nil : "(\(counted(Int(attachments), "attachment")))"
        return [body.isEmpty ? nil : body, files].compactMap(\.self).joined(separator: " ")
    }

    /// The interpretation of the text.
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

/// The JSON form of the result of a delivery status.
struct TextStatusRecord: Encodable {
    /// The provider's identifier of the text.
    let providerId: String
    /// The provider's name of the status.
    let reported: String
    @NullWhenNil var errorCode: Int?
    /// Whether the identifier belongs to a text that we sent.
    let known: Bool
    /// Whether the status changed anything.
    let changed: Bool
    @NullWhenNil var reference: String?
    @NullWhenNil var rule: String?
    /// The resulting status in the ledger.
    @NullWhenNil var status: String?
    @NullWhenNil var reason: String?
    /// The reason why the number was blocked because of this status.
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
            reason = entry.reason?.rawValue
        case .answer: known = true
        case .unknown: known = false
        }
    }

    /// The result as text.
    var text: String {
        guard known else {
            let kept = isFinal ? " yet; its status is kept for a week" : ""
            return "No text with the identifier \(providerId) is known\(kept).".visible
        }
        let name = reference.map { "The text \(rule ?? "") of \($0)" } ?? "That text"
        let end = [status, reason].compactMap(\.self).joined(separator: ": ")
        let lines =
            ["\(name): \(reported)\(end.isEmpty ? "" : ", now \(end)")."]
            + [suppressed.map { "The number is blocked: \($0)." }].compactMap(\.self)
        return lines.joined(separator: "\n").visibleLines
    }
}
