import Testing

@Suite("contacts in a booking request")
struct GivenContactTests {
    private static let at = ["--at", "2026-12-01 09:00"]

    @Test("stores and reports a missing phone or e-mail of a known client")
    func stored() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            try await studio.answer("client", "add", "Ben Ode", "--phone", "(213) 555-0143")
            let phone = try await studio.answer(
                ["book", "--client", "ana@example.com", "--phone", "480 555 3001"] + Self.at)
            #expect(phone["contacts_stored"] == .list(["+14805553001"]))
            #expect(phone["client"]?["phone"] == "+14805553001")
            #expect(phone["contacts_not_stored"] == nil)
            let email = try await studio.intro(
                "book", "--client", "(213) 555-0143", "--email", "ben@example.com", "--at", "2026-12-01 09:30")
            #expect(email.exit == 0)
            #expect(email.stdout.split(separator: "\n").last == "stored: ben@example.com")
            #expect(try await studio.answer("client", "show", "2")["email"] == "ben@example.com")
            // The stored contact is found, and receives messages.
            #expect(try await studio.answer("client", "show", "480.555.3001")["id"] == 1)
            #expect(try await studio.count("message", where: "channel = 'sms' AND session_id = 1") > 0)
        }
    }

    @Test("does not store a contact of another client, and names that client")
    func anothers() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            try await studio.answer("client", "add", "Greg Park", "--phone", "(480) 555-3001")
            try await studio.answer("client", "add", "Ben Ode", "--phone", "(213) 555-0143")
            let before = try await studio.answer("client", "list")
            let words = ["book", "--client", "ana@example.com", "--phone", "480-555-3001"] + Self.at
            let text = try await studio.intro(words + ["--dry-run"])
            #expect(text.exit == 0)
            #expect(text.stdout.contains("\nnot stored: +1 480-555-3001 belongs to Greg Park (client 2)"))
            let booking = try await studio.answer(words)
            #expect(booking["contacts_not_stored"]?.items.first?["contact"] == "+14805553001")
            #expect(booking["contacts_not_stored"]?.items.first?["reason"] == "belongs to Greg Park (client 2)")
            #expect(booking["contacts_stored"] == nil)
            let email = try await studio.answer(
                "book", "--client", "3", "--email", "ANA@example.com", "--override", "a friend of hers", "--at",
                "2026-12-02 09:00")
            #expect(email["contacts_not_stored"]?.items.first?["reason"] == "belongs to Ana Lima (client 1)")
            #expect(try await studio.answer("client", "list") == before)
        }
    }

    @Test("does not store a contact that differs from the stored one, and names the command that changes it")
    func differs() async throws {
        try await Studio.with { studio in
            let ana = try await studio.answer(
                "client", "add", "Ana Lima", "--email", "ana@example.com", "--phone", "(213) 555-0142")
            let booking = try await studio.answer(
                [
                    "book", "--client", "1", "--email", "ana@work.example", "--phone", "(213) 555-0199",
                ] + Self.at)
            let reports = booking["contacts_not_stored"]?.items ?? []
            #expect(reports.compactMap { $0["contact"] } == ["ana@work.example", "+12135550199"])
            for (report, option) in zip(reports, ["--email", "--phone"]) {
                #expect(report["reason"]?.text.contains("intro client edit 1 \(option)") == true, "\(report)")
            }
            #expect(booking["client"] == ana.only("id", "name", "email", "phone"))
        }
    }

    @Test("reports nothing for another spelling of the stored contact")
    func sameContact() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "client", "add", "Ana Lima", "--email", "ana.lima@gmail.com", "--phone", "+54 11 2345-6789")
            let booking = try await studio.answer(
                [
                    "book", "--client", "1", "--email", "analima+gym@googlemail.com", "--phone", "+54 9 11 2345-6789",
                ] + Self.at)
            #expect(booking.names.isDisjoint(with: ["contacts_stored", "contacts_not_stored"]))
            #expect(booking["client"]?["email"] == "ana.lima@gmail.com")
            #expect(booking["client"]?["phone"] == "+541123456789")
        }
    }

    @Test("reports a second e-mail or phone of a new client as not stored")
    func secondOfNewPerson() async throws {
        try await Studio.with { studio in
            let booking = try await studio.answer(
                ["book", "--client", "ana@example.com", "--name", "Ana", "--email", "ana@work.example"] + Self.at)
            #expect(booking["client"]?["email"] == "ana@example.com")
            #expect(booking["contacts_not_stored"]?.items.first?["contact"] == "ana@work.example")
        }
    }

    @Test("a dry run reports the contacts that would be stored; a repeated request reports those that are not")
    func rehearsalAndRepetition() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            let words =
                ["book", "--client", "ana@example.com", "--phone", "480 555 3001", "--request-id", "r1"] + Self.at
            let before = try await studio.fingerprint()
            let dryRun = try await studio.answer(words + ["--dry-run"])
            #expect(dryRun["contacts_stored"] == .list(["+14805553001"]))
            #expect(try await studio.fingerprint() == before)
            let first = try await studio.answer(words)
            #expect(first["contacts_stored"] == .list(["+14805553001"]))
            let again = try await studio.answer(words + ["--email", "other@example.com"])
            #expect(again["created"] == false)
            #expect(again["contacts_stored"] == nil)
            #expect(again["contacts_not_stored"]?.items.compactMap { $0["contact"] } == ["other@example.com"])
        }
    }

    @Test("with --json, the report is also printed on standard error")
    func json() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            let result = try await studio.intro(
                ["book", "--client", "1", "--email", "other@example.com", "--json"] + Self.at)
            #expect(result.exit == 0)
            #expect(result.stderr.hasPrefix("not stored: other@example.com "))
        }
    }
}
