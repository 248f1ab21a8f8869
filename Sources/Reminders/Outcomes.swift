import BookingStore
import Messaging

extension DeliveryRecord {
    /// What the ledger says of an outcome.
    init(_ message: Int64, _ outcome: DeliveryOutcome) {
        switch outcome {
        case .accepted(let reply):
            self.init(message: message, status: .sent, reason: nil, reply: reply)
        case .rejectedForNow(_, let reply):
            self.init(message: message, status: .queued, reason: "rejected_for_now", reply: reply)
        case .rejectedForGood(_, let reply):
            self.init(message: message, status: .failed, reason: "rejected_for_good", reply: reply)
        case .notSent(let reason, _):
            self.init(message: message, status: .queued, reason: "not_sent", reply: reason)
        case .unknown(let reason):
            self.init(message: message, status: .unknown, reason: "no_answer", reply: reason)
        }
    }
}

extension ReminderRun.Report {
    /// Counts an outcome.
    mutating func count(_ outcome: DeliveryOutcome) {
        switch outcome {
        case .accepted: tally.add(to: \.sent)
        case .rejectedForNow, .rejectedForGood: tally.add(to: \.failed)
        case .unknown: tally.add(to: \.unknown)
        case .notSent(let reason, let isUnreachable):
            tally.add(to: \.failed)
            if isUnreachable { unreachable = unreachable ?? reason }
        }
    }
}
