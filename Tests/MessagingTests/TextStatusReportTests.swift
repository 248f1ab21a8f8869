import Messaging
import Testing

@Suite("Text message status reports")
struct TextStatusReportTests {
    private func read(_ text: String) throws -> TextStatusReport {
        try TextStatusReport(parsing: text.utf8)
    }

    private static let words: [(String, TextStatusReport.Progress)] = [
        ("queued", .underway), ("accepted", .underway), ("sending", .underway), ("sent", .underway),
        ("received", .underway),
        ("delivered", .delivered), ("Delivered", .delivered), ("read", .delivered), ("undelivered", .failed),
        ("failed", .failed), ("canceled", .failed), ("something-new", .underway),
    ]

    @Test("maps each status to the delivery's progress", arguments: words)
    func progress(word: String, progress: TextStatusReport.Progress) throws {
        #expect(try read("MessageSid=SM1&MessageStatus=\(word)").progress == progress)
    }

    @Test("a form and an object are equivalent")
    func forms() throws {
        let form = try read("SmsSid=SM1&MessageStatus=undelivered&ErrorCode=30005&To=%2B14155550100&X=y")
        let object = try read(
            #"{"MessageSid": "SM1", "SmsStatus": "undelivered", "ErrorCode": 30005, "To": "+14155550100"}"#)
        #expect(form == object)
        #expect(form.error == .recipientUnknown && form.words == "undelivered, error 30005")
        #expect(try read("MessageSid=SM1&MessageStatus=sent&ErrorCode=").errorCode == nil)
        #expect(try read("MessageSid=SM1&MessageStatus=failed&ErrorCode=99999").error == nil)
    }

    @Test(
        "rejects input without identifier or status",
        arguments: ["", "x", "[]", "{}", "MessageSid=SM1", "MessageStatus=sent", "MessageSid=&MessageStatus=sent"])
    func refused(text: String) {
        #expect(throws: InboundTextError.self) { try read(text) }
    }

    @Test("the error for unreadable input has a status as its example, not a text")
    func example() throws {
        let error = try #require(throws: InboundTextError.self) { try read("[]") }
        #expect(error.description.contains(#"{"MessageSid": "SM..", "MessageStatus": "delivered"}"#))
        #expect(!error.description.contains("Body"))
    }
}
