import Messaging
import Testing

@testable import intro

@Suite("mapping of errors to failures")
struct FailureTableTests {
    private static let rows: [(any Error, ExitCode, String, String)] = [
        (TransportConfigurationError(.mail, .passwordInURL), .misconfigured, "configuration", "INTRO_MAIL_URL"),
        (TransportConfigurationError(.texts, .passwordInURL), .misconfigured, "configuration", "INTRO_SMS_URL"),
        (TextMessageError.tooLong, .misconfigured, "configuration", "intro templates check"),
        (TextMessageError.empty, .misconfigured, "configuration", "intro templates check"),
        (TemplateError.notFound(name: "x.txt"), .misconfigured, "configuration", "intro templates check"),
        (
            TemplateError.unreadable(path: "/x", reason: "no"), .misconfigured, "configuration",
            "INTRO_TEMPLATES_FOLDER"
        ),
        (InboundTextError.notAnObject, .invalidInput, "invalid_input", "JSON or as a form"),
        (InboundTextError.missing("From"), .invalidInput, "invalid_input", "all fields"),
    ]

    @Test("maps transport, template and incoming-text errors to exit codes and hints")
    func messages() {
        for (error, exit, code, hint) in Self.rows {
            let failure = Failure(describing: error)
            #expect(failure.exit == exit && failure.code == code, "\(error)")
            #expect(failure.hint.contains(hint), "\(failure.hint)")
            #expect(!failure.message.isEmpty)
        }
    }

    @Test("names the setting of an invalid sender address or unsubscribe link")
    func composition() {
        let address = #expect(throws: CompositionError.self) { try Mailbox(parsing: "nobody") }
        let link = #expect(throws: CompositionError.self) { try UnsubscribeLink("http://example.com/") }
        for (error, hint) in [(address, "INTRO_MAIL_FROM"), (link, "INTRO_MAIL_UNSUBSCRIBE_URL")] {
            let failure = error.map { Failure(describing: $0) }
            #expect(failure?.exit == .misconfigured)
            #expect(failure?.hint.contains(hint) == true)
        }
    }
}
