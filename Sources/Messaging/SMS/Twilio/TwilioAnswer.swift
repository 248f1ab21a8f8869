import FoundationEssentials

/// The service's whole answer to a text.
struct TwilioAnswer {
    /// The HTTP status.
    let status: Int
    /// The body's JSON object, if it is one.
    let reply: TwilioReply?
    /// How many seconds to wait before the next attempt, or 0 when nothing is said of it.
    let retryAfter: Int

    init(status: Int, body: [UInt8], retryAfter: Int = 0) {
        self.status = status
        self.retryAfter = retryAfter
        reply = try? JSONDecoder().decode(TwilioReply.self, from: Data(body))
    }

    /// What became of the text.
    ///
    /// Of the 5xx statuses only 503 says that the request was not worked on: after any other the text may have gone out
    /// (https://www.twilio.com/docs/api/errors/20500), as it may after an answer that no such service gives.
    var outcome: DeliveryOutcome {
        switch status {
        case 200..<300: acceptance
        case 301, 307, 308:
            .notSent(
                reason: "The SMS service has moved, and texts are not sent after it. Correct the SMS URL.",
                unreachable: true)
        case 400..<500, 503: refusal(error?.verdict ?? verdictOfStatus)
        default: refusal(error == .serviceUnavailable ? .later : .unknown)
        }
    }

    /// The service has made a text, unless it says that the text has failed already.
    private var acceptance: DeliveryOutcome {
        guard let reply, reply.sid != nil || status == 201 else {
            return .unknown(reason: "The SMS service said yes in words that are not its own (HTTP \(status)).")
        }
        if ["failed", "undelivered", "canceled"].contains(reply.status) { return refusal(error?.verdict ?? .never) }
        let proof = [reply.sid, reply.status].compactMap(\.self).joined(separator: " ").cut
        return .accepted(reply: proof.isEmpty ? words : proof, id: reply.sid?.cut)
    }

    private func refusal(_ verdict: SMSError.Verdict) -> DeliveryOutcome {
        switch verdict {
        case .later: .rejectedForNow(code: code, reply: words)
        case .never: .rejectedForGood(code: code, reply: words)
        case .unknown: .unknown(reason: "The SMS service failed, and the text may have gone out: \(words)")
        case .misconfigured:
            .senderRefused(
                reason: "The SMS service does not serve us. Check the account and the path in the SMS URL, the token "
                    + "file and the sender. It said: \(words)")
        }
    }

    /// What is wrong, as the service says or as its status alone does.
    private var error: SMSError? {
        let told = reply?.code.flatMap(SMSError.init(rawValue:))
        switch status {
        // A request that is one too many is not worked on, whatever else is said (RFC 6585 section 4).
        case 429: return told?.verdict == .later ? told : .tooManyRequests
        case 503: return told ?? .serviceUnavailable
        default: return told
        }
    }

    private var code: Int { error?.rawValue ?? reply?.code ?? status }

    private var verdictOfStatus: SMSError.Verdict {
        switch status {
        case 401, 403, 404, 405, 407, 410, 421: .misconfigured
        case 408: .unknown
        case 425: .later
        default: .never
        }
    }

    /// The status and the service's words, on one line; how long to wait comes first, where nothing cuts it off.
    private var words: String {
        let wait = retryAfter > 0 ? ", Retry-After: \(retryAfter)" : ""
        let code = reply?.code.map { ", error \($0)" } ?? ""
        let message = reply?.message.map { ": \($0)" } ?? ""
        return "HTTP \(status)\(wait)\(code)\(message)".cut
    }
}

extension String {
    /// This text on one line of at most 200 characters, without what could harm a terminal.
    fileprivate var cut: String { String(safeSingleLine.prefix(200)) }
}
