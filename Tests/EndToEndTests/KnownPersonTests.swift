import Testing

@Suite("bookings with a known contact")
struct KnownPersonTests {
    private static let at = ["--at", "2026-12-01 09:00"]

    @Test("refuses another name for a known phone, e-mail or client number, and names the known client")
    func otherName() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "client", "add", "Greg Park", "--phone", "(213) 555-1305", "--email", "greg.park@gmail.com")
            let before = try await studio.fingerprint()
            for (who, shared) in [
                ("213.555.1305", "+1 213-555-1305"), ("gregpark+gym@googlemail.com", "gregpark+gym@googlemail.com"),
                ("1", "client 1"), ("#1", "client 1"),
            ] {
                for dryRun in [[], ["--dry-run"]] {
                    let result = try await studio.intro(
                        ["book", "--client", who, "--name", "Somebody Else", "--json"] + Self.at + dryRun)
                    #expect(result.exit == 3, "\(who)")
                    #expect(result.stdout.isEmpty)
                    let error = try #require(result.error)
                    #expect(error.code == "name_differs")
                    #expect(error.message.contains("Greg Park") && error.message.contains("client 1"), "\(error)")
                    #expect(error.message.contains(shared), "\(error)")
                    #expect(error.hint.contains("--yes"), "\(error)")
                    #expect(error.alternatives == nil)
                }
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("refuses another name, and reports the free session that the owner of the contact has used")
    func usedAlready() async throws {
        try await Studio.with { studio in
            let booked = try await studio.answer(
                ["book", "--client", "(213) 555-1305", "--name", "Greg Park", "--email", "greg@example.com"] + Self.at)
            let reference = try #require(booked["reference"]?.text)
            let later = ["--at", "2026-12-02 09:00"]
            for who in ["213.555.1305", "1"] {
                let known = try await studio.intro(
                    ["book", "--client", who, "--name", "Ines Po", "--json"] + later)
                #expect(known.error?.code == "name_differs")
                #expect(known.error?.message.contains("Greg Park has the free session \(reference)") == true)
                #expect(known.error?.hint.contains("reschedule") == false)
            }
            // The unknown client's e-mail is new: only the shared phone has used its free session.
            let words = [
                "book", "--client", "ines@example.com", "--name", "Ines Po", "--phone", "213 555 1305", "--json",
            ]
            let unknown = try await studio.intro(words + later)
            #expect(unknown.error?.code == "intro_already_booked")
            #expect(unknown.error?.message.contains("Greg Park (client 1), who has the same phone, has") == true)
            #expect(unknown.error?.hint.contains("reschedule") == false)
            let granted = try await studio.intro(words + later + ["--override", "a friend"])
            #expect(granted.error?.code == "name_differs")
            #expect(try await studio.count("client") == 1)
        }
    }

    @Test("--yes books for the known client, and stores no contact given under the other name")
    func yes() async throws {
        try await Studio.with { studio in
            let greg = try await studio.answer("client", "add", "Greg Park", "--phone", "(213) 555-1305")
            let booking = try await studio.answer(
                ["book", "--client", "213 555 1305", "--name", "Ines Park", "--email", "ines@example.com", "--yes"]
                    + Self.at)
            #expect(booking["client"]?["id"] == greg["id"])
            #expect(booking["client"]?["name"] == "Greg Park")
            #expect(booking["client"]?["email"] == .null)
            #expect(booking["contacts_not_stored"]?.items.compactMap { $0["contact"] } == ["ines@example.com"])
            #expect(try await studio.count("client") == 1)
        }
    }

    @Test("--yes books for the known client whose phone was given beside an unknown e-mail")
    func yesBeside() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Greg Park", "--phone", "(213) 555-1305")
            let words =
                ["book", "--client", "ines@example.com", "--name", "Ines Po", "--phone", "213 555 1305"] + Self.at
            let refused = try await studio.intro(words + ["--json"])
            #expect(refused.exit == 3)
            #expect(refused.error?.code == "name_differs")
            #expect(refused.error?.message.contains("+1 213-555-1305 belongs to Greg Park (client 1)") == true)
            #expect(try await studio.count("client") == 1)
            let booking = try await studio.answer(words + ["--yes"])
            #expect(booking["client"]?["name"] == "Greg Park")
            #expect(try await studio.count("client") == 1)
        }
    }

    @Test(
        "accepts names that differ in accents, case, order or one letter, or where one contains the other",
        arguments: [
            ("José Núñez", "jose nunez"), ("José Núñez", "JOSE\u{301} NUN\u{303}EZ"), ("Ana Lima", "Lima, Ana"),
            ("Ana Lima", "Ana"), ("Maria Ruiz", "Maria del Carmen Ruiz"), ("Greg Park", "Gerg Park"),
            ("Greg Park", "Greg Parks"), ("Catherine Nguyễn", "catherin nguyen"), ("Sinéad O'Brien", "Sinead O’Brien"),
            ("Işıl Yıldız", "ISIL YILDIZ"), ("王小明", "王 小明"),
        ])
    func sameName(stored: String, given: String) async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", stored, "--email", "p@example.com")
            let booking = try await studio.answer(
                ["book", "--client", "p@example.com", "--name", given] + Self.at)
            #expect(booking["client"]?["name"] == .text(stored))
        }
    }

    @Test("a known phone and name with an unknown e-mail match the known client, who gets the e-mail")
    func samePerson() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--phone", "(213) 555-0142")
            let booking = try await studio.answer(
                [
                    "book", "--client", "ana@example.com", "--name", "ana lima", "--phone", "+1 213 555 0142",
                ] + Self.at)
            #expect(booking["client"]?["id"] == 1)
            #expect(booking["client"]?["email"] == "ana@example.com")
            #expect(booking["contacts_stored"] == .list(["ana@example.com"]))
            #expect(try await studio.count("client") == 1)
        }
    }

    @Test("a second client with the same phone can be added, and then booked by e-mail, number or name")
    func relative() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Greg Park", "--phone", "(213) 555-1305")
            let refused = try await studio.intro(
                ["book", "--client", "213 555 1305", "--name", "Ines Po", "--json"] + Self.at)
            #expect(refused.error?.hint.contains("intro client add") == true)
            let added = try await studio.intro(
                "client", "add", "Ines Po", "--phone", "(213) 555-1305", "--email", "ines@example.com")
            #expect(added.exit == 0)
            #expect(added.stderr.contains("Greg Park"))
            for who in ["ines@example.com", "2", "(213) 555-1305"] {
                let booking = try await studio.answer(
                    ["book", "--client", who, "--name", "Ines Po", "--phone", "(213) 555-1305"] + Self.at)
                #expect(booking["client"]?["id"] == 2, "\(who)")
                #expect(booking.names.isDisjoint(with: ["contacts_stored", "contacts_not_stored"]))
                try await studio.answer("cancel", booking["reference"]?.text ?? "")
            }
        }
    }

    @Test("client add refuses an equal name with a known phone, and accepts a relative")
    func sameNameAndPhone() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--phone", "(213) 555-0142")
            for email in [[], ["--email", "ana@example.com"]] {
                let result = try await studio.intro(
                    ["client", "add", "lima, ANÁ", "--phone", "213.555.0142", "--json"] + email)
                #expect(result.exit == 3 && result.error?.code == "already_exists", "\(result.stderr)")
                #expect(result.error?.message == "Ana Lima (client 1) has that phone already")
            }
            try await studio.answer("client", "add", "Ben Lima", "--phone", "213.555.0142")
        }
    }

    @Test("of several clients with one phone, the refusal names only what the caller gave as shared")
    func sharedContacts() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Sean Park", "--phone", "(213) 555-0142")
            try await studio.answer(
                "book", "--client", "jose@example.com", "--name", "José Núñez", "--at", "2026-12-01 10:00")
            try await studio.answer("client", "edit", "jose@example.com", "--phone", "(213) 555-0142")
            let result = try await studio.intro(
                ["book", "--client", "213 555 0142", "--name", "Zoe Zed", "--json"] + Self.at)
            #expect(result.exit == 3 && result.error?.code == "name_differs", "\(result.stderr)")
            #expect(result.error?.message.contains("who has the same phone, has") == true, "\(result.stderr)")
        }
    }

    @Test("a name selects among several clients with one phone; otherwise they are listed")
    func household() async throws {
        try await Studio.with { studio in
            for name in ["Ana Lima", "Ana Maria Lima", "Ben Lima"] {
                try await studio.answer("client", "add", name, "--phone", "(213) 555-0142")
            }
            let phone = ["book", "--client", "(213) 555-0142"]
            let nameless = try await studio.intro(phone + Self.at + ["--json"])
            #expect(nameless.exit == 65)
            #expect(nameless.error?.message.contains("1 (Ana Lima), 2 (Ana Maria Lima), 3 (Ben Lima)") == true)
            let ben = try await studio.answer(phone + ["--name", "ben lima"] + Self.at)
            #expect(ben["client"]?["id"] == 3)
            try await studio.answer("cancel", ben["reference"]?.text ?? "")
            // Two names match; one of them matches exactly.
            let ana = try await studio.answer(phone + ["--name", "Lima Ana"] + Self.at)
            #expect(ana["client"]?["id"] == 1)
            try await studio.answer("cancel", ana["reference"]?.text ?? "")
            let either = try await studio.intro(phone + ["--name", "Lima", "--json"] + Self.at)
            #expect(either.exit == 65)
            let other = try await studio.intro(phone + ["--name", "Zoe Hart", "--json"] + Self.at)
            #expect(other.exit == 3)
            #expect(other.error?.code == "name_differs")
            #expect(other.error?.message.contains("Ben Lima (client 3)") == true)
            let confirmed = try await studio.intro(phone + ["--name", "Zoe Hart", "--yes", "--json"] + Self.at)
            #expect(confirmed.exit == 65, "the name matches neither owner of the phone")
        }
    }

    @Test("books for the client whose e-mail was given, and does not move another client's phone")
    func besideAnothersPhone() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Greg Park", "--phone", "(213) 555-1305")
            try await studio.answer("client", "add", "Ines Po", "--email", "ines@example.com")
            let booking = try await studio.answer(
                ["book", "--client", "(213) 555-1305", "--name", "Ines Po", "--email", "ines@example.com"] + Self.at)
            #expect(booking["client"]?["id"] == 2)
            #expect(booking["client"]?["phone"] == .null)
            #expect(booking["contacts_not_stored"]?.items.compactMap { $0["contact"] } == ["+12135551305"])
        }
    }

    @Test("an unknown e-mail without a name is not found, and the hint names the owner of the given phone")
    func nameless() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Greg Park", "--phone", "(213) 555-1305")
            let result = try await studio.intro(
                ["book", "--client", "new@example.com", "--phone", "213 555 1305", "--json"] + Self.at)
            #expect(result.exit == 4)
            #expect(result.error?.hint.contains("--name") == true)
            #expect(result.error?.hint.contains("Greg Park (client 1)") == true)
        }
    }

    @Test("of two concurrent bookings with one unknown phone, one creates a client and the other is refused")
    func atTheSameMoment() async throws {
        try await Studio.with { studio in
            let names = ["Greg Park", "Ines Po"]
            let results = try await atOnce(2) { desk in
                try await studio.intro(
                    "book", "--client", "(213) 555-1305", "--name", names[desk], "--at", "2026-12-01 1\(desk):00",
                    "--json")
            }
            #expect(results.map(\.exit).sorted() == [0, 3])
            #expect(results.compactMap(\.error?.code) == ["name_differs"])
            #expect(try await studio.count("client") == 1)
        }
    }
}
