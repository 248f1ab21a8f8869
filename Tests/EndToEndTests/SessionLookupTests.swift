import Postgres
import Testing

@Suite("sessions found by client")
struct SessionLookupTests {
    @Test("a reference, e-mail, phone, client number or name finds the session, in every command about one")
    func ways() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Zoe", at: "2026-12-01 09:00")
            try await studio.answer("client", "edit", "zoe@example.com", "--name", "Zoë", "--phone", "(213) 555-0142")
            for text in [reference, "zoe@example.com", "213 555 0142", "#1", "1", "Zoe", "ZOË"] {
                #expect(try await studio.answer("show", text)["reference"]?.text == reference, "\(text)")
            }
            for command in [
                ["why", "zoe"], ["reminders", "list", "zoe"], ["reminders", "preview", "one-day", "--ref", "zoe"],
                ["reschedule", "zoe", "--at", "2026-12-01 10:00"], ["confirm", "zoe"],
            ] {
                try await studio.answer(command)
            }
            let after = "2026-12-01T10:30:00-08:00"
            #expect(try await studio.answer("attend", "#1", now: after)["status"] == "attended")
        }
    }

    @Test("a national phone number is read in the region of the studio whose client has it")
    func nationalNumber() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "studio", "add", "Berlin", "--id", "berlin", "--time-zone", "Europe/Berlin", "--region", "DE")
            try await studio.book("Zoe", at: "2026-12-01 09:00")
            try await studio.answer("client", "edit", "zoe@example.com", "--phone", "+49 30 90182012")
            for command in [["show"], ["client", "show"], ["why"]] {
                let result = try await studio.intro(command + ["030 90182012"])
                #expect(result.exit == 0, "\(command): \(result.stderr)")
            }
            #expect(try await studio.intro("client", "show", "030 90182013").exit == 65)
            // The default studio's region precedes the others.
            let added = try await studio.intro(
                "client", "add", "Karl", "--phone", "030 90182014", "--json",
                environment: ["INTRO_STUDIO": "berlin"])
            #expect(added.stdout.contains("+493090182014"), "\(added.stderr)")
        }
    }

    @Test("a name that can be a reference is a name unless a session has that reference")
    func nameLikeReference() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "book", "--client", "g@example.com", "--name", "Greg Park", "--at", "2026-12-01 09:00", "--trainer",
                "maria")
            #expect(try await studio.answer("show", "greg park")["client"]?["email"] == "g@example.com")
            try await studio.book("Zoe", at: "2026-12-01 10:00")
            try await studio.database.query("UPDATE session SET reference = 'GREGPARK' WHERE client_id = 2")
            #expect(try await studio.answer("show", "greg park")["client"]?["email"] == "zoe@example.com")
        }
    }

    @Test("a repeated request does not reach a session that the client booked since")
    func repeatedRequest() async throws {
        try await Studio.with { studio in
            let first = try await studio.reference("Zoe", at: "2026-12-01 09:00")
            try await studio.answer("cancel", "zoe", "--request-id", "call-1")
            let second = try await studio.reference("Zoe", at: "2026-12-02 09:00")
            let again = try await studio.answer("cancel", "zoe", "--request-id", "call-1")
            #expect(again["reference"]?.text == first && again["repeated"] == true)
            #expect(try await studio.answer("show", second)["status"] == "booked")
            let other = try await studio.answer("cancel", "zoe", "--request-id", "call-2")
            #expect(other["reference"]?.text == second)
        }
    }

    @Test("several sessions are listed with exit 65 and change nothing")
    func ambiguous() async throws {
        try await Studio.with { studio in
            for (email, time) in [("a@example.com", "09:00"), ("b@example.com", "10:00")] {
                try await studio.answer(
                    "book", "--client", email, "--name", "Ana Lima", "--at", "2026-12-01 \(time)", "--trainer", "maria")
            }
            try await studio.book("Ana", at: "2026-12-01 11:00")
            let before = try await studio.fingerprint()
            for command in [
                ["show", "ana lima"], ["cancel", "ana lima"], ["confirm", "ana lima"], ["attend", "ana lima"],
                ["no-show", "ana lima"], ["reschedule", "ana lima", "--at", "2026-12-01 13:00"], ["why", "ana lima"],
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 65, "\(command)")
                #expect(result.error?.code == "ambiguous", "\(command)")
                #expect(
                    result.error?.candidates?.map { $0["client"]?["email"]?.text } == [
                        "a@example.com", "b@example.com",
                    ], "\(command)")
            }
            let text = try await studio.intro("show", "ana lima")
            #expect(text.stderr.contains("9:00 AM PST  Ana Lima (client 1)"), "\(text.stderr)")
            #expect(text.stderr.contains("10:00 AM PST  Ana Lima (client 2)"), "\(text.stderr)")
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a mistyped name that finds no client has the names that differ by typing errors in the hint")
    func mistyped() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana Lima", "--at", "2026-12-01 09:00", "--trainer",
                "maria")
            try await studio.answer("client", "add", "Ana Lime", "--email", "lime@example.com")
            for (text, suggestion) in [
                ("Anna Limma", "did you mean Ana Lima (client 1)?"),
                ("Anna Limx", "did you mean Ana Lime (client 2) or Ana Lima (client 1)?"),
                ("limaa", "did you mean Ana Lima (client 1)?"),
            ] {
                for command in [["show"], ["cancel"], ["why"], ["reschedule", "--at", "2026-12-02 09:00"]] {
                    let result = try await studio.intro([command[0], text] + command.dropFirst() + ["--json"])
                    #expect(result.exit == 4 && result.error?.code == "not_found", "\(command): \(result.stderr)")
                    #expect(result.error?.hint.hasPrefix(suggestion) == true, "\(text): \(result.stderr)")
                }
            }
            let several = try await studio.intro("show", "Anna Limma", "ana@example.com")
            #expect(several.exit == 4 && several.stderr.contains("did you mean Ana Lima"), "\(several.stderr)")
            try await studio.answer("cancel", "ana@example.com")
            try await studio.answer("client", "forget", "ana@example.com", "--yes")
            for text in ["Anna Limma", "Xena Park"] {
                let hint = try await studio.intro("show", text, "--json").error?.hint
                #expect(hint?.contains("Lima") == false && hint?.contains("Park") == false, "\(hint ?? "")")
            }
        }
    }

    @Test("a typing error in a name of three letters is named in the hint, and no command acts on that client")
    func shortNames() async throws {
        try await Studio.with { studio in
            let reference = try await studio.answer(
                "book", "--client", "tom@example.com", "--name", "Tom Ray", "--at", "2026-12-01 09:00", "--trainer",
                "maria")["reference"]?.text
            for command in [["show"], ["cancel"], ["confirm"], ["reschedule", "--at", "2026-12-02 09:00"]] {
                let result = try await studio.intro([command[0], "Tim Ray"] + command.dropFirst() + ["--json"])
                #expect(result.exit == 4 && result.error?.code == "not_found", "\(command): \(result.stderr)")
                #expect(result.error?.hint.hasPrefix("did you mean Tom Ray (client 1)?") == true, "\(result.stderr)")
            }
            #expect(try await studio.answer("show", reference ?? "")["status"] == "booked")
            #expect(try await studio.answer("client", "list", "--search", "tim ray").items.count == 1)
        }
    }

    @Test("a reference with one typing error has the one that exists in the hint; other texts, a hint that fits them")
    func mistypedReference() async throws {
        try await Studio.with { studio in
            try await studio.book("Zoe", at: "2026-12-01 10:00")
            try await studio.database.query("UPDATE session SET reference = 'KXMPXXQR'")
            for (text, exit) in [
                ("KXMP-XXQ", Int32(4)), ("KXMP-XXRQ", 4), ("KUMP-XXQR", 4), ("kxmpxxqz", 4), ("KXMP-XXQ7", 4),
                ("7XMP-XXQR", 4), ("KXMP_XXQR", 4), ("KXMP-XXQR7", 65), ("KX7MP-XXQR", 65), ("kxmP-XXQR2", 65),
            ] {
                let result = try await studio.intro("show", text, "--json")
                #expect(result.exit == exit, "\(text): \(result.stderr)")
                #expect(result.error?.hint.hasPrefix("did you mean `KXMP-XXQR`?") == true, "\(text): \(result.stderr)")
            }
            for (text, exit, hint) in [
                ("ABCD-EFG", Int32(4), "a reference has eight characters"), ("Xena Park", 4, "see `intro client list"),
                ("Guest 1", 65, "see `intro client list"), ("Zoe 2 Qu1nn", 65, "see `intro client list"),
                ("K7q2-9fx", 65, "see `intro client list"),
            ] {
                let result = try await studio.intro("cancel", text, "--json")
                let error = try #require(result.error)
                #expect(result.exit == exit && error.code == (exit == 4 ? "not_found" : "invalid_input"), "\(text)")
                #expect(error.message == "no session or client found for \"\(text)\"", "\(text)")
                #expect(error.hint.hasPrefix(hint), "\(text): \(error.hint)")
            }
            // With two references at a distance of one typing error, no reference is suggested.
            try await studio.book("Ana", at: "2026-12-01 11:00")
            try await studio.database.query("UPDATE session SET reference = 'KXMPXXQS' WHERE client_id = 2")
            #expect(try await studio.intro("show", "KXMP-XXQ", "--json").error?.hint.hasPrefix("a reference") == true)
        }
    }

    @Test("nothing found exits with 4, and a mistyped reference with 65")
    func nothing() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana Lima", "--email", "ana@example.com")
            for text in ["ana@example.com", "Ana Lima", "#1", "nobody", "no@example.com", "#9", "(213) 555-0142"] {
                let result = try await studio.intro("show", text, "--json")
                #expect(result.exit == 4 && result.error?.code == "not_found", "\(text): \(result.stderr)")
            }
            #expect(try await studio.intro("show", "K7Q2-9FX").exit == 65)
        }
    }
}
