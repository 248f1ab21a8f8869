import Booking
import BookingStore
import FoundationEssentials
import Messaging

extension DeliveryRecord {
    /// What the ledger says of an attempt.
    ///
    /// - Parameters:
    ///   - claimed: What was attempted.
    ///   - outcome: How that ended.
    ///   - copy: What was said.
    ///   - now: The instant of the attempt.
    init(_ claimed: ClaimedMessage, _ outcome: DeliveryOutcome, copy: Copy, at now: Date) {
        let message = claimed.message
        switch outcome {
        case .accepted(let reply, let id):
            self.init(message: message, status: .sent, reason: nil, reply: reply, copy: copy)
            providerID = id
        case .rejectedForNow(_, let reply):
            self.init(putOff: claimed, because: "rejected_for_now", reply, hint: RetryHint(reading: reply), at: now)
        case .rejectedForGood(_, let reply, let condemnsAddress):
            // An address of staff is left alone: blocking it would silence call-back requests without anybody noticing.
            let isDead = condemnsAddress && claimed.audience == .client
            let verdict = SMSError(outcome)?.suppression ?? (isDead ? .hardBounce : nil)
            self.init(
                message: message, status: .failed, reason: verdict == .optOut ? "opted_out" : "rejected_for_good",
                reply: reply, copy: copy, suppression: verdict)
        case .senderRefused(let reason):
            self = .channelPaused(message, reason, at: now)
        case .notSent(let reason, unreachable: true):
            self.init(message: message, status: .queued, reason: "not_sent", reply: reason)
        case .notSent(let reason, unreachable: false):
            self.init(putOff: claimed, because: "not_sent", reason, hint: nil, at: now)
        case .unknown(let reason):
            self.init(message: message, status: .unknown, reason: "no_answer", reply: reason, copy: copy)
        }
    }

    /// What the ledger says of an attempt that was refused for a reason that concerns every message.
    init(_ claimed: ClaimedMessage, refusedWithAll outcome: DeliveryOutcome, copy: Copy, at now: Date) {
        guard case .rejectedForGood(_, let reply, _) = outcome else {
            self.init(claimed, outcome, copy: copy, at: now)
            return
        }
        self = .channelPaused(claimed.message, reply, at: now)
    }

    /// A message that may be tried again, as long as that makes sense.
    private init(
        putOff claimed: ClaimedMessage, because reason: String, _ reply: String, hint: RetryHint?, at now: Date
    ) {
        let next = RetryDelay.nextAttempt(
            after: Int(claimed.attempt), hint: hint, jitter: Double.random(in: 0...1), now: now,
            deadline: claimed.deadline)
        self.init(
            message: claimed.message, status: next == nil ? .failed : .queued,
            reason: next == nil ? "too_late" : reason,
            reply: reply, waitUntil: next)
    }
}

extension SMSError {
    /// Why no other text needs to be tried to the number, where the service knows it for good.
    var suppression: Suppression.Reason? {
        if self == .recipientOptedOut { return .optOut }
        return condemnsNumber ? .hardBounce : nil
    }
}

extension DeliveryRun.Report {
    /// Counts messages that could not be sent.
    mutating func count(_ number: Int = 1, failedAs failure: DeliveryRun.Failure) {
        guard number > 0 else { return }
        tally.add(number, to: \.failed)
        failures[failure, default: 0] += number
    }

    /// Counts an outcome, as the ledger records it.
    mutating func count(_ outcome: DeliveryOutcome, as record: DeliveryRecord, of channel: Channel) {
        switch outcome {
        case .accepted:
            tally.add(to: \.sent)
            sent[channel, default: 0] += 1
        case .rejectedForNow, .rejectedForGood, .senderRefused, .notSent:
            count(failedAs: DeliveryRun.Failure(record, channel))
        case .unknown: tally.add(to: \.unknown)
        }
    }

    /// Adds what became of a channel, and takes messages for put off that were counted as failed too early.
    mutating func add(_ health: ChannelHealth, of channel: Channel) {
        switch health.stop?.code {
        case .unreachable: unreachable[channel] = health.stop?.reason
        case .refused: refused[channel] = health.stop?.reason
        case .deferred: deferred[channel] = health.stop?.reason
        case nil: break
        }
        guard health.misjudgedHere > 0 else { return }
        let failure = DeliveryRun.Failure(
            channel: channel, reason: "rejected_for_good", isPutOff: false, isAddressBlocked: false)
        let left = failures[failure, default: 0] - health.misjudgedHere
        failures[failure] = left > 0 ? left : nil
        failures[DeliveryRun.Failure(untried: .refused, channel), default: 0] += health.misjudgedHere
    }
}

extension DeliveryRun.Failure {
    /// Why messages were not tried on a channel that has stopped.
    init(untried code: ChannelPause.Code, _ channel: Channel) {
        let reason =
            switch code {
            case .unreachable: "not_sent"
            case .refused: LedgerEntry.channelPaused
            case .deferred: "rejected_for_now"
            }
        self.init(channel: channel, reason: reason, isPutOff: true, isAddressBlocked: false)
    }

    /// Reads from a record why a message could not be sent.
    init(_ record: DeliveryRecord, _ channel: Channel) {
        self.init(
            channel: channel, reason: record.reason ?? "", isPutOff: record.status == .queued,
            isAddressBlocked: record.suppression != nil)
    }
}
