import BookingStore
import Messaging

/// Whether the server of a channel accepts messages from this host, by what it answers to one batch.
///
/// A refusal that says that it concerns the sender stops the channel. One that leaves it open is taken for the message's,
/// until a message to another recipient is refused in the same words and none was accepted in between.
struct ChannelHealth: Sendable {
    /// Why nothing more is tried.
    struct Stop: Sendable, Equatable {
        let code: ChannelPause.Code
        let reason: String
    }

    /// What a refusal was found to concern.
    enum Scope: Sendable, Equatable {
        case message
        case channel
    }

    /// The pause that was stored when the batch began; `nil` for a channel in use.
    let former: ChannelPause?
    private let formerRefusal: ChannelRefusal?
    /// Whether one message at a time is tried, until the server accepts one.
    private(set) var isTrial: Bool
    /// Why nothing more is tried; `nil` while the channel is used.
    private(set) var stop: Stop?
    /// Whether the server has accepted a message.
    private(set) var hasAccepted = false
    /// The last refusal for a reason that may concern every message.
    private(set) var refusal: ChannelRefusal?
    /// Messages that failed by refusals which turned out to concern every message.
    private(set) var misjudged: [Int64] = []
    /// How many of these this batch has counted as failed.
    private(set) var misjudgedHere = 0
    /// The messages of this batch that failed in the words of ``refusal``.
    private var suspects: [Int64] = []

    /// Begins with what is stored of a channel.
    init(pause: ChannelPause? = nil, refusal: ChannelRefusal? = nil) {
        former = pause
        formerRefusal = refusal
        self.refusal = refusal
        isTrial = pause != nil
    }

    /// Takes note of how an attempt ended.
    ///
    /// - Parameters:
    ///   - outcome: How it ended.
    ///   - message: The message.
    ///   - recipient: Where it was to go.
    /// - Returns: What a refusal concerns.
    mutating func note(_ outcome: DeliveryOutcome, of message: Int64, to recipient: String) -> Scope {
        switch outcome {
        case .accepted:
            (hasAccepted, isTrial, refusal, suspects) = (true, false, nil, [])
        case .senderRefused(let reason):
            end(.refused, reason)
            return .channel
        case .notSent(let reason, unreachable: true):
            end(.unreachable, reason)
            return .channel
        case .notSent(let reason, unreachable: false), .unknown(let reason):
            if isTrial { end(.unreachable, reason) }
        case .rejectedForNow(_, let reply):
            // Which of several connections was sent away is looked at when all have ended.
            guard !outcome.asksToWait else {
                if isTrial { end(.deferred, reply) }
                return .message
            }
            if isGeneral(outcome, message, recipient) { end(.deferred, reply) }
        case .rejectedForGood(_, let reply, _):
            guard isGeneral(outcome, message, recipient) else { return .message }
            end(.refused, "The server refuses messages of this sender: \(reply)")
            return .channel
        }
        return .message
    }

    /// Whether there is something to store.
    var isChanged: Bool { stop != nil || hasAccepted && former != nil || isRefusalNew || !misjudged.isEmpty }

    /// Whether another refusal is to be stored than before, or none any more.
    var isRefusalNew: Bool { failedRefusal != formerRefusal }

    /// The last refusal, where its message failed and is to be queued again if the refusal turns out to be general.
    var failedRefusal: ChannelRefusal? { suspects.isEmpty && refusal != formerRefusal ? nil : refusal }

    /// Stops a channel all of whose connections were asked to wait.
    mutating func postpone(because reply: String) {
        end(.deferred, reply)
    }

    /// Whether a refusal is that of every message; if not, the next one like it may show that it was.
    private mutating func isGeneral(_ outcome: DeliveryOutcome, _ message: Int64, _ recipient: String) -> Bool {
        guard let words = outcome.generalRefusal else { return false }
        let isAlike = refusal?.words == words && refusal?.recipient != nil
        if isAlike, refusal?.recipient != recipient {
            misjudged += [refusal?.message].compactMap(\.self).filter { !suspects.contains($0) } + suspects
            misjudgedHere += suspects.count
            (refusal, suspects) = (nil, [])
            return true
        }
        if isTrial || stop?.code == .refused { return true }
        if !isAlike { suspects = [] }
        refusal = ChannelRefusal(message: message, recipient: recipient, words: words)
        if case .rejectedForGood = outcome { suspects.append(message) }
        return false
    }

    private mutating func end(_ code: ChannelPause.Code, _ reason: String) {
        stop = stop ?? Stop(code: code, reason: reason.withoutContacts)
    }
}
