import Booking
import BookingStoreTesting
import Foundation
import Messaging
import MessagingTesting
import Postgres
import Testing

@testable import Reminders

@Suite("Replies to inbound texts")
struct InboundSMSTests {
    /// A transport that cannot be used on this machine.
    private struct UnusableTransport: Transport {
        static let error = TransportConfigurationError(.texts, .missingPassword)

        func makeSession() throws(TransportConfigurationError) -> any TransportSession<TextMessage> {
            throw Self.error
        }
    }

    private static let number = "+12135550147"

    @Test(
        "a text takes effect even if its reply cannot be composed, and the error is thrown",
        arguments: ["HELP", "STOP"])
    func broken(body: String) async throws {
        try await withDeliveryFixture { fixture in
            let folder = try MessagingTesting.ScratchFolder()
            for name in ["help.sms", "opted-out.sms"] {
                try "{{nothing}}".write(toFile: "\(folder.path)/\(name)", atomically: false, encoding: .utf8)
            }
            let transport = ScriptedTextTransport()
            await #expect(throws: TemplateError.self) {
                try await fixture.receive(body, transport: transport, templates: TemplateStore(folder: folder.path))
            }
            #expect(await transport.deliveries.addresses == [])
            #expect(try await fixture.answers() == ["none"])
            let blocked = try await fixture.store.database.query("SELECT address FROM suppression").decode(String.self)
            #expect(blocked == (body == "STOP" ? [Self.number] : []))
        }
    }

    @Test("a reply that cannot be passed to the service has failed, and the error is thrown")
    func unusable() async throws {
        try await withDeliveryFixture { fixture in
            await #expect(throws: UnusableTransport.error) {
                try await fixture.receive("HELP", transport: UnusableTransport(), templates: TemplateStore())
            }
            let answers = try await fixture.answers()
            #expect(answers == ["failed \(UnusableTransport.error)"])
        }
    }

    @Test("a reply that the service accepts is sent once")
    func sent() async throws {
        try await withDeliveryFixture { fixture in
            let transport = ScriptedTextTransport()
            for _ in 0..<2 {
                try await fixture.receive("HELP", transport: transport, templates: TemplateStore())
            }
            #expect(await transport.deliveries.addresses == [Self.number])
            #expect(try await fixture.answers() == ["sent 250 taken"])
        }
    }
}

extension DeliveryFixture {
    /// Receives a text message, and replies over a transport.
    fileprivate func receive(
        _ body: String, transport: any Transport<TextMessage>, templates: TemplateStore
    ) async throws {
        let input = #"{"From": "+12135550147", "Body": "\#(body)", "MessageSid": "SM1"}"#
        let composer = TextComposer(templates: templates, sender: try TextSender("+12135550100"))
        let inbound = InboundSMS(database: store.database, actor: "test") {
            InboundSMS.Answering(transport: transport, composer: composer)
        }
        _ = try await inbound.receive(
            InboundText(parsing: Array(input.utf8)), from: .phone(PhoneNumber(e164: "+12135550147")), now: Self.now)
    }

    /// Returns the status of the reply to each text, with the response of the service.
    fileprivate func answers() async throws -> [String] {
        try await store.database.query("SELECT concat_ws(' ', answered, reply) FROM inbound_text ORDER BY id")
            .decode(String.self)
    }
}
