import CLibcurl
import FoundationEssentials

/// What libcurl reports of the one attempt to post one text.
///
/// The service knows no idempotency key: a text that was posted and not answered must not be posted again unasked.
struct TwilioExchange {
    /// libcurl's own verdict.
    var result: CURLcode
    /// Whether any octet of the request went out.
    var requestWentOut: Bool
    /// What has come back; whole only when the verdict is good.
    var response: TwilioResponse
    /// libcurl's explanation of a failure.
    var detail: String

    /// What became of the text.
    var outcome: DeliveryOutcome {
        if result == CURLE_OK { return response.outcome }
        if requestWentOut {
            return .unknown(reason: "The text went out, but the SMS service did not confirm it: \(detail)")
        }
        if result == CURLE_ABORTED_BY_CALLBACK {
            return .notSent(reason: "The delivery was cancelled before the text went out.", unreachable: false)
        }
        return .notSent(reason: "The SMS service could not be used: \(detail)", unreachable: true)
    }
}

/// A text as the service wants it posted: `application/x-www-form-urlencoded`.
struct TwilioForm: Hashable {
    /// The bounds of the validity period in seconds; ten hours is also how long Twilio would keep a text by itself.
    ///
    /// https://www.twilio.com/docs/api/errors/21624
    static let validity = 1...36_000

    let fields: [[String]]

    /// Writes the form, or none when the text's time is over.
    init?(_ text: TextMessage, at now: Date, callback: StatusCallback? = nil) {
        let sender = text.from.kind == .pool ? "MessagingServiceSid" : "From"
        var fields = [["To", text.to], [sender, text.from.text], ["Body", text.body]]
        if let end = text.validUntil {
            let seconds = end.timeIntervalSince(now)
            guard seconds >= Double(Self.validity.lowerBound) else { return nil }
            // Rounded down: better a second early than a reminder of what has begun.
            fields.append(["ValidityPeriod", String(Int(min(seconds, Double(Self.validity.upperBound))))])
        }
        if let callback { fields.append(["StatusCallback", callback.url]) }
        self.fields = fields
    }

    /// The form in plain ASCII.
    var encoded: String {
        fields.map { $0.map(\.formEncoded).joined(separator: "=") }.joined(separator: "&")
    }
}

extension String {
    /// This text with all but the unreserved characters of RFC 3986 section 2.3 as the octets of UTF-8.
    fileprivate var formEncoded: String {
        utf8.reduce(into: "") { encoded, octet in
            if octet.isLetterOrDigit || "-._~".utf8.contains(octet) {
                encoded.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                encoded += (octet < 0x10 ? "%0" : "%") + String(octet, radix: 16, uppercase: true)
            }
        }
    }
}

/// The service's whole answer to a text.
struct TwilioResponse {
    /// The HTTP status.
    let status: Int
    /// The body's JSON object, if it is one.
    let reply: TwilioResponseBody?
    /// How many seconds to wait before the next attempt, or 0 when nothing is said of it.
    let retryAfter: Int

    init(status: Int, body: [UInt8], retryAfter: Int = 0) {
        self.status = status
        self.retryAfter = retryAfter
        reply = try? JSONDecoder().decode(TwilioResponseBody.self, from: Data(body))
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
        case 400..<500, 503: refusal(error?.category ?? categoryOfStatus)
        default: refusal(error == .serviceUnavailable ? .later : .unknown)
        }
    }

    /// The service has made a text, unless it says that the text has failed already.
    private var acceptance: DeliveryOutcome {
        guard let reply, reply.sid != nil || status == 201 else {
            return .unknown(reason: "The SMS service said yes in words that are not its own (HTTP \(status)).")
        }
        if ["failed", "undelivered", "canceled"].contains(reply.status) { return refusal(error?.category ?? .never) }
        let proof = [reply.sid, reply.status].compactMap(\.self).joined(separator: " ").replyExcerpt
        return .accepted(reply: proof.isEmpty ? words : proof, id: reply.sid?.replyExcerpt)
    }

    private func refusal(_ category: SMSError.Category) -> DeliveryOutcome {
        switch category {
        case .later: .rejectedTemporarily(code: code, reply: words)
        case .never: .rejectedPermanently(code: code, reply: words)
        case .unknown: .unknown(reason: "The SMS service failed, and the text may have gone out: \(words)")
        case .misconfigured:
            .senderRefused(
                reason: "The SMS service does not serve us. Check the account and the path in the SMS URL, the token "
                    + "file and the sender. It said: \(words)")
        }
    }

    /// What is wrong, as the service says or as its status alone does.
    private var error: SMSError? {
        let reportedError = reply?.code.flatMap(SMSError.init(rawValue:))
        switch status {
        // A request that is one too many is not worked on, whatever else is said (RFC 6585 section 4).
        case 429: return reportedError?.category == .later ? reportedError : .tooManyRequests
        case 503: return reportedError ?? .serviceUnavailable
        default: return reportedError
        }
    }

    private var code: Int { error?.rawValue ?? reply?.code ?? status }

    private var categoryOfStatus: SMSError.Category {
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
        return "HTTP \(status)\(wait)\(code)\(message)".replyExcerpt
    }
}

extension String {
    /// This text on one line of at most 200 characters, without what could harm a terminal.
    fileprivate var replyExcerpt: String { String(safeSingleLine.prefix(200)) }
}

/// The JSON object that the service answers with: a text that it has made, or an error.
struct TwilioResponseBody: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sid, status, code, message
        case errorCode = "error_code"
        case errorMessage = "error_message"
    }

    /// The text's identifier.
    let sid: String?
    /// Where the text stands: queued, accepted, sent, failed..; an error has the HTTP status here, which is no text.
    let status: String?
    /// The number of the error.
    let code: Int?
    /// What the service says of the error.
    let message: String?

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: CodingKeys.self)
        // A field of another kind than expected says nothing, and must not hide what the others say.
        func value<Value: Decodable>(_ key: CodingKeys) -> Value? { try? object.decode(Value.self, forKey: key) }
        sid = value(.sid)
        status = value(.status)
        code = value(.code) ?? value(.errorCode)
        message = value(.message) ?? value(.errorMessage)
    }
}
