import CLibcurl
import FoundationEssentials

/// The result of an attempt to post a text message, as reported by libcurl.
///
/// The service has no idempotency key: a message that was posted without a response must not be posted again
/// automatically.
struct TwilioExchange {
    /// libcurl's result code.
    var result: CURLcode
    /// Whether any octet of the request was sent.
    var requestWentOut: Bool
    /// The response; complete only when `result` is `CURLE_OK`.
    var response: TwilioResponse
    /// libcurl's explanation of a failure.
    var detail: String

    /// The delivery outcome.
    var outcome: DeliveryOutcome {
        if result == CURLE_OK { return response.outcome }
        if requestWentOut {
            return .unknown(reason: "The text was sent, but the SMS service did not confirm it: \(detail)")
        }
        if result == CURLE_ABORTED_BY_CALLBACK {
            return .notSent(reason: "The delivery was cancelled before the text was sent.", unreachable: false)
        }
        return .notSent(reason: "The SMS service could not be used: \(detail)", unreachable: true)
    }
}

/// The request body for a text message: `application/x-www-form-urlencoded`.
struct TwilioForm: Hashable {
    /// The bounds of the validity period in seconds; ten hours is also Twilio's own maximum.
    ///
    /// https://www.twilio.com/docs/api/errors/21624
    static let validity = 1...36_000

    let fields: [[String]]

    /// Creates the form; `nil` when the message has expired.
    init?(_ text: TextMessage, at now: Date, callback: StatusCallback? = nil) {
        let sender = text.from.kind == .pool ? "MessagingServiceSid" : "From"
        var fields = [["To", text.to], [sender, text.from.text], ["Body", text.body]]
        if let end = text.validUntil {
            let seconds = end.timeIntervalSince(now)
            guard seconds >= Double(Self.validity.lowerBound) else { return nil }
            // Rounded down, so that no reminder is delivered after the session began.
            fields.append(["ValidityPeriod", String(Int(min(seconds, Double(Self.validity.upperBound))))])
        }
        if let callback { fields.append(["StatusCallback", callback.url]) }
        self.fields = fields
    }

    /// The form in percent-encoded ASCII.
    var encoded: String {
        fields.map { $0.map(\.formEncoded).joined(separator: "=") }.joined(separator: "&")
    }
}

extension String {
    /// This text in percent-encoded UTF-8, with only the unreserved characters of RFC 3986 section 2.3 unencoded.
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

/// The service's complete response to a posted text message.
struct TwilioResponse {
    /// The HTTP status.
    let status: Int
    /// The body's JSON object, if any.
    let reply: TwilioResponseBody?
    /// The number of seconds to wait before the next attempt, or 0 when the response does not specify it.
    let retryAfter: Int

    init(status: Int, body: [UInt8], retryAfter: Int = 0) {
        self.status = status
        self.retryAfter = retryAfter
        reply = try? JSONDecoder().decode(TwilioResponseBody.self, from: Data(body))
    }

    /// The delivery outcome.
    ///
    /// Of the 5xx statuses, only 503 guarantees that the request was not processed: after any other, the message may
    /// have been sent (https://www.twilio.com/docs/api/errors/20500), as it may after a response that is not the
    /// service's own.
    var outcome: DeliveryOutcome {
        switch status {
        case 200..<300: acceptance
        case 301, 307, 308:
            .notSent(
                reason: "The SMS service has moved, and redirects are not followed. Correct the SMS URL.",
                unreachable: true)
        case 400..<500, 503: refusal(error?.category ?? categoryOfStatus)
        default: refusal(error == .serviceUnavailable ? .later : .unknown)
        }
    }

    /// The outcome of a success status: accepted, unless the body reports a failure.
    private var acceptance: DeliveryOutcome {
        guard let reply, reply.sid != nil || status == 201 else {
            return .unknown(reason: "The SMS service reported success in an unknown format (HTTP \(status)).")
        }
        if ["failed", "undelivered", "canceled"].contains(reply.status) { return refusal(error?.category ?? .never) }
        let proof = [reply.sid, reply.status].compactMap(\.self).joined(separator: " ").replyExcerpt
        return .accepted(reply: proof.isEmpty ? summary : proof, id: reply.sid?.replyExcerpt)
    }

    private func refusal(_ category: SMSError.Category) -> DeliveryOutcome {
        switch category {
        case .later: .rejectedTemporarily(code: code, reply: summary)
        case .never: .rejectedPermanently(code: code, reply: summary)
        case .unknown: .unknown(reason: "The SMS service failed, and the text may have been sent: \(summary)")
        case .misconfigured:
            .senderRefused(
                reason: "The SMS service refuses this sender. Check the account and the path in the SMS URL, the token "
                    + "file and the sender. It said: \(summary)")
        }
    }

    /// The error from the body's code, else from the HTTP status.
    private var error: SMSError? {
        let reportedError = reply?.code.flatMap(SMSError.init(rawValue:))
        switch status {
        // A request that exceeds the rate limit is not processed, whatever the body contains (RFC 6585 section 4).
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

    /// The status and the service's message on one line; Retry-After comes first, so that truncation cannot remove it.
    private var summary: String {
        let wait = retryAfter > 0 ? ", Retry-After: \(retryAfter)" : ""
        let code = reply?.code.map { ", error \($0)" } ?? ""
        let message = reply?.message.map { ": \($0)" } ?? ""
        return "HTTP \(status)\(wait)\(code)\(message)".replyExcerpt
    }
}

extension String {
    /// This text on one line of at most 200 characters, without terminal control characters.
    fileprivate var replyExcerpt: String { String(safeSingleLine.prefix(200)) }
}

/// The JSON object of a response: the created text message, or an error.
struct TwilioResponseBody: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sid, status, code, message
        case errorCode = "error_code"
        case errorMessage = "error_message"
    }

    /// The text message's identifier.
    let sid: String?
    /// The status: queued, accepted, sent, failed and so on; an error has the HTTP status here as a number, which is
    /// ignored.
    let status: String?
    /// The error code.
    let code: Int?
    /// The error message.
    let message: String?

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: CodingKeys.self)
        // A field of an unexpected type is ignored, so that the other fields stay readable.
        func value<Value: Decodable>(_ key: CodingKeys) -> Value? { try? object.decode(Value.self, forKey: key) }
        sid = value(.sid)
        status = value(.status)
        code = value(.code) ?? value(.errorCode)
        message = value(.message) ?? value(.errorMessage)
    }
}
