import Messaging
import Reminders
import Testing

@Suite("Composer")
struct ComposerTests {
    @Test("the built-in templates can be read")
    func templates() throws {
        _ = try Composer(sender: try Mailbox(name: "Intro", address: "intro@example.com"))
    }
}
