import CLibcurl
import Foundation
import Testing

@testable import Messaging

@Suite("Outcomes of SMS exchanges")
struct TwilioExchangeTests {
    private func response(_ status: Int, _ body: String = "", retryAfter: Int = 0) -> TwilioResponse {
        TwilioResponse(status: status, body: Array(body.utf8), retryAfter: retryAfter)
    }

    private static let sid = #"{"sid": "SM1", "status": "queued", "error_code": null, "error_message": null}"#

    private static let answers: [(Int, String, OutcomeCategory)] = [
        // The text message was created.
        (201, sid, .accepted), (200, sid, .accepted), (202, sid, .accepted), (201, "{}", .accepted),
        (201, #"{"sid": "SM1", "status": 3}"#, .accepted),
        // A success status without the service's own body.
        (200, "{}", .unknown), (200, "<html>Please log in</html>", .unknown), (204, "", .unknown), (201, "", .unknown),
        (201, "null", .unknown),
        // The text message was created but failed at once.
        (201, #"{"sid": "SM1", "status": "failed", "error_code": 30001}"#, .rejectedTemporarily(30001)),
        (201, #"{"sid": "SM1", "status": "undelivered", "error_code": 30006}"#, .rejectedPermanently(30006)),
        (201, #"{"sid": "SM1", "status": "failed"}"#, .rejectedPermanently(201)),
        // The request was refused with an error code.
        (400, #"{"code": 21211, "message": "no number", "status": 400}"#, .rejectedPermanently(21211)),
        (400, #"{"code": 21610}"#, .rejectedPermanently(21610)),
        (403, #"{"code": 21610}"#, .rejectedPermanently(21610)),
        (400, #"{"code": 21614}"#, .rejectedPermanently(21614)),
        (403, #"{"code": 21408}"#, .rejectedPermanently(21408)),
        (400, #"{"code": 99999}"#, .rejectedPermanently(99999)), (400, "", .rejectedPermanently(400)),
        (400, "<html>", .rejectedPermanently(400)), (422, "{}", .rejectedPermanently(422)),
        (400, #"{"code": 21611}"#, .rejectedTemporarily(21611)),
        (400, #"{"code": 14107}"#, .rejectedTemporarily(14107)),
        (400, #"{"code": 30001}"#, .rejectedTemporarily(30001)), (400, #"{"code": 20500}"#, .unknown),
        (429, #"{"code": 20429}"#, .rejectedTemporarily(20429)), (429, "", .rejectedTemporarily(20429)),
        (429, #"{"code": 21610}"#, .rejectedTemporarily(20429)),
        (429, #"{"code": 63038}"#, .rejectedTemporarily(63038)),
        (425, "", .rejectedTemporarily(425)),
        // The sender was refused.
        (401, #"{"code": 20003}"#, .senderRefused), (401, "", .senderRefused),
        (403, "", .senderRefused), (404, #"{"code": 20404}"#, .senderRefused),
        (405, "", .senderRefused), (400, #"{"code": 21659}"#, .senderRefused),
        (400, #"{"code": 21606}"#, .senderRefused), (400, #"{"code": 30034}"#, .senderRefused),
        (400, #"{"code": 21212}"#, .senderRefused), (301, "", .notSent(unreachable: true)),
        (307, "", .notSent(unreachable: true)), (308, "", .notSent(unreachable: true)),
        // The service failed.
        (503, "", .rejectedTemporarily(20503)), (503, #"{"code": 20503}"#, .rejectedTemporarily(20503)),
        (500, #"{"code": 20503}"#, .rejectedTemporarily(20503)), (503, #"{"code": 20500}"#, .unknown),
        (500, #"{"code": 20500}"#, .unknown), (500, "", .unknown), (502, "<html>", .unknown), (504, "", .unknown),
        (500, #"{"code": 21211}"#, .unknown), (408, "", .unknown),
        // Statuses that the service does not use.
        (0, "", .unknown), (100, "", .unknown), (302, "", .unknown), (303, "", .unknown), (304, "", .unknown),
        (600, "", .unknown), (999, sid, .unknown),
    ]

    @Test("each response has one outcome", arguments: answers)
    func outcome(status: Int, body: String, category: OutcomeCategory) {
        #expect(response(status, body).outcome.category == category)
    }

    @Test("no libcurl failure is an acceptance, and a failure after sending never allows a retry")
    func everyCode() {
        for raw in 1..<CURL_LAST.rawValue {
            for status in [0, 201, 400, 429, 503] {
                var exchange = TwilioExchange(
                    result: CURLcode(rawValue: raw), requestWentOut: true, response: response(status, Self.sid),
                    detail: "d"
                )
                #expect(exchange.outcome.category == .unknown)
                exchange.requestWentOut = false
                let isCancelled = CURLcode(rawValue: raw) == CURLE_ABORTED_BY_CALLBACK
                #expect(exchange.outcome.category == .notSent(unreachable: !isCancelled))
            }
        }
    }

    @Test("the reply of an accepted text message is its identifier and status")
    func proof() {
        #expect(response(201, Self.sid).outcome == .accepted(reply: "SM1 queued", id: "SM1"))
        #expect(response(201, "{}").outcome == .accepted(reply: "HTTP 201"))
    }

    @Test("the reply has status, delay, code and message on one line of at most 200 characters")
    func words() {
        let busy = response(429, #"{"code": 20429, "message": "Too\r\n\u001b[31mmany"}"#, retryAfter: 30).outcome
        let words = "HTTP 429, Retry-After: 30, error 20429: Too \u{FFFD}[31mmany"
        #expect(busy == .rejectedTemporarily(code: 20429, reply: words))
        let long = response(400, #"{"code": 21211, "message": "\#(String(repeating: "x", count: 500))"}"#).outcome
        guard case .rejectedPermanently(21211, let reply, _) = long else {
            Issue.record("\(long)")
            return
        }
        #expect(reply.count == 200)
        #expect(reply.hasPrefix("HTTP 400, error 21211: xxx"))
    }

    @Test("a proxy's HTML page is not repeated")
    func page() {
        guard case .unknown(let reason) = response(502, "<html>anna@example.test</html>").outcome else {
            Issue.record("not unknown")
            return
        }
        #expect(!reason.contains("anna"))
    }

    @Test("an outcome has its error, with the meaning for the number and for retries")
    func errors() {
        let optedOut = SMSError(response(400, #"{"code": 21610}"#).outcome)
        #expect(optedOut == .recipientOptedOut)
        #expect(optedOut?.isNumberInvalid == false)
        #expect(SMSError(response(400, #"{"code": 21614}"#).outcome)?.isNumberInvalid == true)
        #expect(SMSError(response(201, Self.sid).outcome) == nil)
        #expect(SMSError(response(400).outcome) == nil)
        #expect(response(429).outcome.requestsBackoff)
        #expect(response(503, "<html>").outcome.requestsBackoff)
        #expect(!response(400, #"{"code": 21611}"#).outcome.requestsBackoff)
        #expect(!response(400, #"{"code": 21610}"#).outcome.requestsBackoff)
    }

    @Test(
        "only permanent errors invalidate a number, and only temporary ones request a pause"
    )
    func permanence() {
        for error in SMSError.allCases where error.isNumberInvalid { #expect(error.category == .never) }
        for error in SMSError.allCases where error.requestsBackoff { #expect(error.category == .later) }
    }
}

@Suite("Twilio request forms")
struct TwilioFormTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func form(from sender: String = "+14155550199", validFor seconds: Double? = nil) throws -> TwilioForm? {
        let text = try TextMessage(
            to: "+14155550100", from: TextSender(sender), body: "a b&c=d\n+é%",
            validUntil: seconds.map { now.addingTimeInterval($0) })
        return TwilioForm(text, at: now)
    }

    @Test("fields are percent-encoded")
    func escapes() throws {
        #expect(
            try form()?.encoded == "To=%2B14155550100&From=%2B14155550199&Body=a%20b%26c%3Dd%0A%2B%C3%A9%25")
    }

    @Test("a pool is sent as MessagingServiceSid")
    func pool() throws {
        let pool = "MG0123456789abcdef0123456789abcdef"
        #expect(try form(from: pool)?.fields.map(\.[0]) == ["To", "MessagingServiceSid", "Body"])
    }

    private static let periods: [(Double?, String?)] = [
        (nil, nil), (1, "1"), (1.99, "1"), (60, "60"), (36_000, "36000"), (36_001, "36000"), (1e18, "36000"),
    ]

    @Test("the validity is rounded down to whole seconds and limited to ten hours", arguments: periods)
    func validity(seconds: Double?, period: String?) throws {
        let field = try #require(try form(validFor: seconds)).fields.first { $0[0] == "ValidityPeriod" }
        #expect(field?[1] == period)
    }

    @Test("a configured status callback is included")
    func callback() throws {
        let callback = try #require(StatusCallback("https://studio.example/s?a=b&c=%20"))
        let text = try TextMessage(to: "+14155550100", from: TextSender("+14155550199"), body: "Hi")
        let form = try #require(TwilioForm(text, at: now, callback: callback))
        #expect(form.fields.last == ["StatusCallback", callback.url])
        #expect(form.encoded.hasSuffix("&StatusCallback=https%3A%2F%2Fstudio.example%2Fs%3Fa%3Db%26c%3D%2520"))
        #expect(try #require(TwilioForm(text, at: now)).fields.count == 3)
    }

    @Test(
        "rejects a callback that is not an HTTPS address",
        arguments: [
            "", "https://", "http://studio.example/", "studio.example", "https://user@studio.example/", "https://a b/",
            "https://studio.example/#x", "https://studio.example/ü", "https://studio.example/%zz",
        ])
    func badCallback(url: String) {
        #expect(StatusCallback(url) == nil)
    }

    @Test("an expired text message has no form", arguments: [0.99, 0, -1, -1e18, -.infinity, .nan])
    func over(seconds: Double) throws {
        #expect(try form(validFor: seconds) == nil)
    }
}
