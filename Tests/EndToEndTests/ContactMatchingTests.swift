import Postgres
import Testing

@Suite("matching of contacts")
struct ContactMatchingTests {
    /// Spellings of one mailbox each: a client that is stored by the first is found by the others.
    private static let mailboxes = [
        ["ana.lima@gmail.com", "AnaLima+gym@googlemail.com"],
        [
            "ana.lima@proton.me", "analima@pm.me", "ana-lima+gym@protonmail.com", "ANA_LIMA@ProtonMail.com",
            "a.n.a.lima@protonmail.ch",
        ],
        ["ana.lima@icloud.com", "ana.lima@me.com", "ana.lima+x@mac.com"],
        ["ana.lima@outlook.com", "ana.lima+gym@outlook.com"], ["ana.lima@hotmail.co.uk", "ana.lima+gym@hotmail.co.uk"],
        ["ana@fastmail.com", "ana+gym@fastmail.com", "gym@ana.fastmail.com"],
        ["ana@yahoo.com", "ana-gym@yahoo.com", "ana+gym@yahoo.com"],
        ["ana.lima@yandex.ru", "ana-lima@ya.ru", "ana.lima+gym@yandex.com"],
        ["info@münchen.example", "info@xn--mnchen-3ya.example", "info@MU\u{308}NCHEN.example"],
        ["chef@straße.example", "chef@xn--strae-oqa.example"], ["ops@例え。テスト", "ops@xn--r8jz45g.xn--zckzah"],
        ["guest@example.com", "\u{FEFF}guest@example.com\u{200B}", "ｇｕｅｓｔ＠ｅｘａｍｐｌｅ．ｃｏｍ", "guest@exam\u{AD}ple.com"],
    ]

    /// Pairs of addresses of two different people.
    private static let differentMailboxes = [
        ["lou.day@example.com", "louday@example.com"], ["lou.day@icloud.com", "louday@icloud.com"],
        ["lou@outlook.com", "lou@hotmail.com"], ["lou+gym@example.com", "lou@example.com"],
        ["lou-gym@example.com", "lou@example.org"], ["lou.day@fastmail.com", "louday@fastmail.com"],
        ["lou@yahoo.co.uk", "lou@yahoo.com"], ["lou_day@gmail.com", "louday@gmail.com"],
    ]

    private static let phones = [
        ["+54 9 11 2345-6789", "+54 11 2345-6789", "+54 11 15 2345-6789", "+54 9 11 15 2345-6789"],
        ["+52 55 1234 5678", "+52 1 55 1234 5678"], ["+55 11 98123-4567", "+55 11 8123-4567"],
        ["+39 06 12345678", "+39 6 12345678"], ["+44 20 7946 0958", "+44 (0)20 7946 0958", "0044 20 7946 0958"],
        [
            "(213) 555-0142", "\u{202D}+1 (213) 555-0142\u{202C}", "\u{200E}213\u{A0}555\u{2011}0142\u{200F}",
            "＋１ （２１３） ５５５－０１４２", "\u{2066}213\u{2060}.555.0142\u{2069}", "\u{FEFF}2135550142", "213•555•0142",
        ],
    ]

    @Test("finds an e-mail address by every spelling of its mailbox, and by no other address")
    func mailboxes() async throws {
        try await Studio.with { studio in
            for (number, spellings) in Self.mailboxes.enumerated() {
                try await studio.answer("client", "add", "Guest", "--email", spellings[0])
                for spelling in spellings {
                    let found = try await studio.answer("client", "show", spelling)
                    #expect(found["id"] == .number(Double(number + 1)), "\(spelling)")
                }
                let again = try await studio.refusal("client", "add", "Guest", "--email", spellings[1])
                #expect(again.code == "already_exists")
                #expect(again.message.contains("Guest (client \(number + 1))"), "\(again)")
            }
            for pair in Self.differentMailboxes {
                try await studio.answer("client", "add", "Lou", "--email", pair[0])
                let result = try await studio.intro("client", "show", pair[1])
                #expect(result.exit == 4, "\(pair)")
            }
        }
    }

    @Test("finds a phone by every spelling of its number, which has one free session")
    func phones() async throws {
        try await Studio.with { studio in
            for (number, spellings) in Self.phones.enumerated() {
                let name = "Guest \(number + 1)"
                let first = try await studio.answer(
                    "book", "--client", spellings[0], "--name", name, "--at",
                    "2026-12-01 \(9 + number):00".replacing(" 9", with: " 09"))
                for spelling in spellings {
                    let found = try await studio.answer("client", "show", spelling)
                    #expect(found["id"] == first["client"]?["id"], "\(spelling.debugDescription)")
                    let refusal = try await studio.refusal(
                        "book", "--client", "new\(number)@example.com", "--name", name, "--phone", spelling, "--at",
                        "2026-12-02 09:00")
                    #expect(refusal.code == "intro_already_booked", "\(spelling.debugDescription)")
                }
            }
            #expect(try await studio.count("client") == Int64(Self.phones.count))
        }
    }

    @Test("concurrent bookings with two spellings of an Argentine number make one booking")
    func concurrently() async throws {
        try await Studio.with { studio in
            let spellings = ["+54 9 11 2345-6789", "+54 11 2345-6789"]
            let results = try await atOnce(6) { desk in
                try await studio.intro(
                    "book", "--client", spellings[desk % 2], "--name", "Ana Lima", "--at", "2026-12-01 1\(desk):00",
                    "--json")
            }
            #expect(results.count { $0.exit == 0 } == 1)
            #expect(results.filter { $0.exit != 0 }.allSatisfy { $0.error?.code == "intro_already_booked" })
            #expect(try await studio.count("client") == 1)
        }
    }

    @Test("stores an internationalised domain in its ASCII form")
    func internationalised() async throws {
        try await Studio.with { studio in
            let added = try await studio.answer("client", "add", "Info", "--email", "info@MÜNCHEN.example")
            #expect(added["email"] == "info@xn--mnchen-3ya.example")
            #expect(try await studio.answer("client", "list", "--search", "münchen.example").items == [added])
        }
    }

    @Test("setup reports two clients that share a mailbox, and a lookup by it lists both")
    func sharedMailbox() async throws {
        try await Studio.with { studio in
            for email in ["ana.lima@proton.me", "ana@example.com"] {
                try await studio.answer("client", "add", "Ana Lima", "--email", email)
            }
            // The state after an upgrade.
            try await studio.database.query(
                """
                UPDATE client
                SET email = 'ana-lima@pm.me', email_key = (SELECT email_key FROM client WHERE id = 1), shares_mailbox = true
                WHERE id = 2
                """)
            try await studio.database.query("DELETE FROM schema_function WHERE name = 'open_slots'")
            let setup = try await studio.intro("setup", "--json")
            #expect(setup.exit == 0)
            #expect(try setup.printed["shared_mailboxes"] == .list([.list([1, 2])]))
            #expect(setup.stderr.contains("Ana Lima (client 1) and Ana Lima (client 2) share one mailbox"))
            #expect(try await studio.answer("setup")["shared_mailboxes"] == nil)
            let shown = try await studio.intro("client", "show", "analima@pm.me", "--json")
            #expect(shown.exit == 65)
            #expect(
                shown.error?.message.contains("that e-mail belongs to several people: 1 (Ana Lima), 2 (Ana Lima)")
                    == true)
            #expect(try await studio.answer("client", "edit", "2", "--name", "Ana L")["name"] == "Ana L")
        }
    }

    @Test("rejects contacts with a text-direction override character")
    func hostile() async throws {
        try await Studio.with { studio in
            for words in [["--phone", "\u{202E}4155550123"], ["--email", "\u{202E}ana@example.com"]] {
                let result = try await studio.intro(["client", "add", "Ana"] + words)
                #expect(result.exit == 65)
            }
        }
    }
}
