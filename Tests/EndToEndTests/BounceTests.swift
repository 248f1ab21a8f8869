import Foundation
import MessagingTesting
import Testing

@Suite("bounces and complaints")
struct BounceTests {
    /// Sends a confirmation to Anna, and makes a report refer to it.
    private func withSent(
        _ sample: BounceSample, _ body: (Studio, _ reference: String, _ report: String) async throws -> Void
    ) async throws {
        try await Studio.with { studio in
            let booked = try await studio.answer(
                "book", "--client", "anna@example.com", "--name", "Anna", "--trainer", "maria", "--at",
                "2026-12-07 09:00")
            let reference = booked["reference"]?.text ?? ""
            try await studio.answer("reminders", "send")
            let name = reference.lowercased().replacing("-", with: "")
            try await body(studio, reference, sample.text.replacing("k7q29fxm", with: name))
        }
    }

    @Test(
        "a permanent bounce suppresses the address and marks the message as failed, and `why` shows it",
        arguments: [BounceSample.postfix, .exchange, .gmail, .amazon])
    func permanent(sample: BounceSample) async throws {
        try await withSent(sample) { studio, reference, report in
            let processed = try await studio.answer(["mail", "bounce"], stdin: report)
            #expect(
                processed.names.isSuperset(of: ["addresses", "reference", "rule", "mail", "kind", "action", "open"]))
            #expect(processed["reference"] == .text(reference) && processed["rule"] == "confirmation")
            let address = try #require(processed["addresses"]?.items.first)
            #expect(address["address"] == "anna@example.com" && address["suppressed"] == true)
            #expect(address["reason"] == "hard_bounce" && address["detail"]?.text.isEmpty == false)
            let listed = try await studio.answer("suppression", "list").items
            #expect(listed.map { $0["reason"] } == ["hard_bounce"])

            let account = try await studio.account(of: reference)
            #expect(account["confirmation"]?["status"] == "failed" && account["confirmation"]?["reason"] == "bounced")
            #expect(account["three-days"]?["reason"] == "hard_bounce", "a later message would be skipped")
            let why = try await studio.intro("why", reference)
            #expect(why.stdout.contains("failed: bounced"), "\(why.stdout)")
            let later = try await studio.answer("reminders", "send", now: "2026-12-04T09:00:00-08:00")
            #expect(later["sent"] == 0 && later["skipped"] == 1)
            #expect(try await studio.answer(["mail", "bounce"], stdin: report)["addresses"] == processed["addresses"])
            #expect(try await studio.answer("suppression", "list").items.count == 1)
        }
    }

    @Test(
        "a full mailbox, a delay report and a delivery report do not suppress the address",
        arguments: [BounceSample.exim, .delayed, .delivered])
    func transient(sample: BounceSample) async throws {
        try await withSent(sample) { studio, reference, report in
            let processed = try await studio.answer(["mail", "bounce"], stdin: report)
            #expect(processed["addresses"]?.items.allSatisfy { $0["suppressed"] == false } == true)
            #expect(try await studio.answer("suppression", "list") == .list([]))
            let later = try await studio.answer("reminders", "send", now: "2026-12-04T09:00:00-08:00")
            #expect(later["sent"] == 1)
        }
    }

    @Test("a delay report leaves the message marked as sent")
    func delay() async throws {
        try await withSent(.delayed) { studio, reference, report in
            try await studio.answer(["mail", "bounce"], stdin: report)
            #expect(try await studio.account(of: reference)["confirmation"]?["status"] == "sent")
        }
    }

    @Test("a complaint suppresses the address, and the message remains marked as sent")
    func complaint() async throws {
        try await withSent(.complaint) { studio, reference, report in
            let result = try await studio.intro(["mail", "bounce"], stdin: report)
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(result.stdout == "anna@example.com is blocked: complaint.\n", "\(result.stdout)")
            #expect(try await studio.account(of: reference)["confirmation"]?["status"] == "sent")
            #expect(try await studio.account(of: reference)["three-days"]?["reason"] == "complaint")
        }
    }

    @Test("rejects empty standard input with 65, and changes nothing", arguments: ["", "\n", " \r\n\t\n"])
    func empty(input: String) async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            let result = try await studio.intro(["mail", "bounce", "--json"], stdin: input)
            #expect(result.exit == 65 && result.error?.code == "invalid_input", "\(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(try await studio.fingerprint() == before)
        }
    }
}
