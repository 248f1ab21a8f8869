import CLibcurl

/// What libcurl reports of the one attempt to post one text.
///
/// The service knows no idempotency key: a text that was posted and not answered must not be posted again unasked.
struct TwilioExchange {
    /// libcurl's own verdict.
    var result: CURLcode
    /// Whether any octet of the request went out.
    var requestWentOut: Bool
    /// What has come back; whole only when the verdict is good.
    var answer: TwilioAnswer
    /// libcurl's explanation of a failure.
    var detail: String

    /// What became of the text.
    var outcome: DeliveryOutcome {
        if result == CURLE_OK { return answer.outcome }
        if requestWentOut {
            return .unknown(reason: "The text went out, but the SMS service did not confirm it: \(detail)")
        }
        if result == CURLE_ABORTED_BY_CALLBACK {
            return .notSent(reason: "The delivery was cancelled before the text went out.", unreachable: false)
        }
        return .notSent(reason: "The SMS service could not be used: \(detail)", unreachable: true)
    }
}
