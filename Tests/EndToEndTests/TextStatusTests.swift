import Foundation
import MessagingTesting
import Testing

@Suite(
    "delivery status of texts",
    .enabled(if: InstalledPrograms.python != nil, "needs Python"))
struct TextStatusTests {
    private let phone = Studio.phone(0)

    /// Sends one text and returns the session's reference and the provider's identifier of the text.
    private func sendText(
        _ studio: Studio, answers: [ScriptedHTTPServer.Answer] = [], more: [String: String] = [:]
    ) async throws -> (reference: String, sid: String, service: ScriptedHTTPServer) {
        let reference = try await studio.bookTexts(1)[0]
        let service = try ScriptedHTTPServer(answers: answers)
        try await studio.answer(
            "reminders", "send", now: Studio.atTen,
            environment: try studio.texting(to: service).merging(more) { $1 })
        let reply = try await text(studio, reference)["reply"]?.text ?? ""
        return (reference, String(reply.prefix { $0 != " " }), service)
    }

    private func text(_ studio: Studio, _ reference: String) async throws -> JSON {
        try #require(try await studio.account(of: reference)["one-day-sms"])
    }

    @discardableResult
    private func report(_ studio: Studio, _ sid: String, _ status: String, error: Int? = nil) async throws -> JSON {
        let code = error.map { "&ErrorCode=\($0)" } ?? ""
        let form =
            "SmsSid=\(sid)&MessageSid=\(sid)&MessageStatus=\(status)&SmsStatus=\(status)"
            + "&To=\(phone.replacing("+", with: "%2B"))&From=%2B12135550100\(code)&ApiVersion=2010-04-01"
        return try await studio.answer(["sms", "status"], now: Studio.atTen, stdin: form)
    }

    private static let endings: [(status: String, error: Int?, ledger: String, reason: String?, blocked: String?)] = [
        ("undelivered", 30003, "failed", "undelivered", nil),
        ("undelivered", 30005, "failed", "undelivered", "hard_bounce"),
        ("undelivered", 30006, "failed", "undelivered", "hard_bounce"),
        ("failed", 21610, "failed", "opted_out", "opt_out"), ("failed", 30008, "failed", "undelivered", nil),
        ("undelivered", 30007, "failed", "undelivered", nil), ("failed", nil, "failed", "undelivered", nil),
        ("delivered", nil, "sent", nil, nil), ("sent", nil, "sent", nil, nil), ("queued", nil, "sent", nil, nil),
        ("read", nil, "sent", nil, nil), ("something-new", nil, "sent", nil, nil),
    ]

    @Test("a status updates the ledger and the suppression list")
    func endings() async throws {
        for ending in Self.endings {
            try await Studio.with { studio in
                let (reference, sid, _) = try await sendText(studio)
                #expect(sid.hasPrefix("SM"))
                for _ in 1...2 {
                    let processed = try await report(studio, sid, ending.status, error: ending.error)
                    #expect(processed["reference"] == .text(reference), "\(ending)")
                }
                let entry = try await text(studio, reference)
                #expect(entry["status"] == .text(ending.ledger), "\(ending)")
                #expect(entry["reason"] == ending.reason.map { .text($0) } ?? .null, "\(ending)")
                #expect(try await studio.suppressed() == ending.blocked.map { [phone: $0] } ?? [:], "\(ending)")
                if let error = ending.error { #expect(entry["reply"]?.text.contains("\(error)") == true, "\(ending)") }
                let isDelivered = ["delivered", "read"].contains(ending.status)
                #expect((entry["delivered_at"] != .null) == isDelivered, "\(ending)")
            }
        }
    }

    @Test("the order in which statuses arrive makes no difference")
    func order() async throws {
        try await Studio.with { studio in
            let (reference, sid, _) = try await sendText(studio)
            try await report(studio, sid, "delivered")
            for late in ["queued", "sending", "sent"] { try await report(studio, sid, late) }
            try await report(studio, sid, "undelivered", error: 30005)
            let entry = try await text(studio, reference)
            #expect(entry["status"] == "sent" && entry["delivered_at"] != .null)
            #expect(try await studio.suppressed().isEmpty)
        }
        try await Studio.with { studio in
            let (reference, sid, _) = try await sendText(studio)
            try await report(studio, sid, "undelivered", error: 30005)
            try await report(studio, sid, "sent")
            #expect(try await text(studio, reference)["status"] == "failed")
            try await report(studio, sid, "delivered")
            #expect(try await text(studio, reference)["status"] == "sent")
            #expect(try await studio.suppressed().isEmpty, "no number is suppressed after the delivery")
        }
    }

    @Test("an unknown text becomes sent when the provider reports its delivery")
    func unknown() async throws {
        try await Studio.with { studio in
            let (reference, _, _) = try await sendText(studio, answers: [.drop])
            #expect(try await text(studio, reference)["status"] == "unknown")
            let sid = "SM00000000000000000000000000000aaa"
            #expect(try await report(studio, sid, "sent")["reference"] == .text(reference))
            try await report(studio, sid, "delivered")
            let entry = try await text(studio, reference)
            #expect(entry["status"] == "sent" && entry["delivered_at"] != .null)
        }
    }

    @Test("a status that arrives before the reply to the text is applied when the text is recorded")
    func early() async throws {
        try await Studio.with { studio in
            let sid = "SM00000000000000000000000000000001"
            #expect(try await report(studio, sid, "undelivered", error: 30005)["known"] == false)
            let reference = try await sendText(studio).reference
            #expect(try await text(studio, reference)["status"] == "failed")
            #expect(try await studio.suppressed() == [phone: "hard_bounce"])
        }
    }

    @Test("accepts JSON, and rejects a status without identifier or status")
    func json() async throws {
        try await Studio.with { studio in
            let (reference, sid, _) = try await sendText(studio)
            let body = #"{"MessageSid": "\#(sid)", "MessageStatus": "undelivered", "ErrorCode": 30006, "x": "\ud83d"}"#
            let result = try await studio.intro(["sms", "status"], now: Studio.atTen, stdin: body)
            #expect(result.exit == 0 && result.stdout.contains(reference), "\(result.stdout)\(result.stderr)")
            #expect(try await text(studio, reference)["status"] == "failed")
            for wrong in ["{}", "[]", "hello", #"{"MessageSid": "SM1"}"#, "MessageStatus=sent", ""] {
                #expect(try await studio.intro(["sms", "status"], stdin: wrong).exit == 65, "\(wrong)")
            }
        }
    }

    @Test("requests a delivery status only if a callback URL is configured")
    func callback() async throws {
        try await Studio.with { studio in
            let url = "https://studio.example/sms-status?key=a%20b&c=d"
            let (_, _, service) = try await sendText(studio, more: ["INTRO_SMS_STATUS_URL": url])
            #expect(try service.requests().first?.form["StatusCallback"] == url)
        }
        try await Studio.with { studio in
            let (_, _, service) = try await sendText(studio)
            #expect(try service.requests().first?.form["StatusCallback"] == nil)
            for wrong in [
                "ftp://studio.example/", "http://studio.example/", "studio.example", "https://a b/", "https://",
            ] {
                let result = try await studio.intro(
                    ["reminders", "send", "--json"],
                    environment: try studio.texting(to: service).merging(["INTRO_SMS_STATUS_URL": wrong]) { $1 })
                #expect(result.exit == 78, "\(wrong)")
                #expect(result.error?.hint.contains("INTRO_SMS_STATUS_URL") == true, "\(wrong): \(result.stderr)")
            }
        }
    }

    @Test("a status of an automatic reply updates the reply and the suppression list")
    func answers() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: phone, at: "2026-12-01 10:00")
            let service = try ScriptedHTTPServer()
            try await studio.receiveText("HELP", from: phone, environment: try studio.texting(to: service))
            let sid = "SM00000000000000000000000000000001"
            #expect(try await report(studio, sid, "undelivered", error: 30006)["known"] == true)
            #expect(try await studio.answer("sms", "list").items.first?["answered"] == "failed")
            #expect(try await studio.suppressed() == [phone: "hard_bounce"])
        }
    }
}
