import Testing

@Suite("one free session per person")
struct OnePersonTests {
    @Test("nine concurrent bookings with two addresses and one phone make one session")
    func concurrently() async throws {
        try await Studio.with { studio in
            let phones = ["(415) 555-0123", "+1 415 555 0123", "415.555.0123"]
            let emails = ["ana@example.com", "ana.ruiz@work.example"]
            let starts = ["07:00", "07:30", "08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00"]
            let results = try await atOnce(9) { number in
                // Every third names the phone first; the others an address, in changing order.
                let who = number % 3 == 2 ? phones[number / 3] : emails[number % 2]
                let contact = number % 3 == 2 ? ["--email", emails[number % 2]] : ["--phone", phones[number % 3]]
                return try await studio.intro(
                    [
                        "book", "--client", who, "--name", "Ana Ruiz", "--trainer", "maria", "--at",
                        "2026-12-01 \(starts[number])", "--json",
                    ] + contact)
            }
            #expect(results.count { $0.exit == 0 } == 1)
            let refusals = results.filter { $0.exit != 0 }
            #expect(
                refusals.allSatisfy { $0.exit == 3 && $0.error?.code == "intro_already_booked" },
                "\(refusals.map(\.stderr))")
            #expect(try await studio.count("session") == 1)
        }
    }

    @Test("a client who has attended is refused by every contact, with the date and the trainer")
    func used() async throws {
        let callers = [
            ["ana@example.com"], ["ANA@EXAMPLE.COM"], ["1 (415) 555-0123"], ["1"],
            ["new@example.com", "--name", "A. Ruiz", "--phone", "4155550123"],
            ["+14155550123", "--name", "Ana Ruiz", "--email", "new@example.com"],
        ]
        try await Studio.with { studio in
            let booking = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--phone", "415-555-0123", "--trainer", "maria",
                "--at", "2026-12-01 09:00")
            try await studio.answer("attend", booking["reference"]?.text ?? "", now: "2026-12-01T17:20:00Z")
            for caller in callers {
                let result = try await studio.intro(
                    ["book", "--client"] + caller + ["--at", "2026-12-03 10:00", "--json"],
                    now: "2026-12-02T08:00:00-08:00")
                #expect(result.exit == 3, "\(caller)")
                #expect(result.error?.code == "intro_already_used", "\(caller)")
                let message = result.error?.message ?? ""
                #expect(message.contains("on 2026-12-01 with Maria Lopez"), "\(message)")
                #expect(result.error?.hint.isEmpty == false)
            }
        }
    }

    @Test("a Gmail address with a dot or a tag identifies the same person")
    func gmail() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "book", "--client", "ana.ruiz@gmail.com", "--name", "Ana", "--at", "2026-12-01 09:00")
            let refusal = try await studio.refusal(
                "book", "--client", "anaruiz+gym@googlemail.com", "--name", "Ana", "--at", "2026-12-02 09:00")
            #expect(refusal.code == "intro_already_booked")
        }
    }

    @Test("the free session is limited chain-wide: another studio refuses as well")
    func chainWide() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "add", "Uptown", "--id", "uptown", "--time-zone", "America/New_York")
            try await studio.answer("trainer", "add", "Zoe", "--id", "zoe", "--studio", "uptown")
            try await studio.answer("trainer", "hours", "zoe", "--set", "daily 06:00-24:00")
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let refusal = try await studio.refusal(
                "book", "--client", "ana@example.com", "--trainer", "zoe", "--at", "2026-12-04 12:00")
            #expect(refusal.code == "intro_already_booked")
        }
    }

    @Test("a cancelled session does not count")
    func cancelled() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("cancel", reference)
            let again = try await studio.answer(
                "book", "--client", "ana@example.com", "--trainer", "maria", "--at", "2026-12-01 09:00")
            #expect(again["created"] == true)
            #expect(again["reference"] != .text(reference))
        }
    }

    @Test("a booking never overwrites a known client")
    func neverOverwritten() async throws {
        try await Studio.with { studio in
            let before = try await studio.answer(
                "client", "add", "Ana Ruiz", "--email", "ana@example.com", "--source", "a friend")
            let booking = try await studio.answer(
                "book", "--client", "ANA@example.com", "--name", "Somebody Else", "--phone", "(415) 555-0199",
                "--source", "walk-in", "--yes", "--at", "2026-12-01 09:00")
            #expect(booking["client"]?["id"] == before["id"])
            #expect(booking["client"]?["name"] == "Ana Ruiz")
            #expect(booking["client"]?["email"] == "ana@example.com")
            #expect(booking["client"]?["phone"] == .null)
            let after = try await studio.answer("client", "show", "ana@example.com")
            #expect(after.without("sessions", "may_book", "refusal", "consents", "suppressions", "notes") == before)
        }
    }

    @Test("with --name, --client counts as the e-mail or the phone that it is")
    func newClient() async throws {
        try await Studio.with { studio in
            let first = try await studio.answer(
                "book", "--client", "(415) 555-0123", "--name", "Ana", "--email", "ana@example.com", "--at",
                "2026-12-01 09:00")
            #expect(first["client"]?["phone"] == "+14155550123")
            #expect(first["client"]?["email"] == "ana@example.com")
            let second = try await studio.answer(
                "book", "--client", "ben@example.com", "--name", "Ben", "--at", "2026-12-01 10:00")
            #expect(second["client"]?["email"] == "ben@example.com")
            #expect(second["client"]?["phone"] == .null)
        }
    }

    @Test("an unknown client without a name is not found")
    func unknown() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            for who in ["ana@example.com", "(415) 555-0123", "4711"] {
                let result = try await studio.intro("book", "--client", who, "--at", "2026-12-01 09:00", "--json")
                #expect(result.exit == 4)
                #expect(result.error?.code == "not_found")
                #expect(result.error?.hint.contains("--name") == true)
            }
            #expect(try await studio.fingerprint() == before)
        }
    }
}
