import BookingStore
import Testing

@testable import intro

@Suite("Texts of message reasons")
struct MessageReasonTextTests {
    @Test("each reason has a text without a code", arguments: MessageReason.allCases)
    func words(reason: MessageReason) {
        #expect(!reason.text.isEmpty && !reason.text.contains("_"))
        #expect(reason.text.first?.isUppercase == false && reason.text.last != ".")
    }
}
