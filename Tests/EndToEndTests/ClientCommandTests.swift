import Foundation
import Testing

@Suite("the client commands")
struct ClientCommandTests {
    @Test("adds a client with an e-mail, a phone or both, and finds them by each")
    func add() async throws {
        try await CommandFixture.with { fixture in
            let ana = try await fixture.object(
                "client", "add", "Ana Lee", "--email", "ana@example.com", "--phone", "(415) 555-0123", "--source",
                "friend", "--time-zone", "America/New_York")
            let expected: NSDictionary = [
                "id": 1, "name": "Ana Lee", "email": "ana@example.com", "phone": "+14155550123",
                "time_zone": "America/New_York", "source": "friend", "language": NSNull(),
                "guardian": NSNull(),
            ]
            #expect(ana == expected)
            for who in ["1", "#1", "ANA@example.com", "415.555.0123", "+1 415 555 0123"] {
                #expect(try await fixture.object("client", "show", who)["id"] as? Int == 1)
            }
            for text in ["ana", "LEE", "example.com", "555-0123", "(415) 555", "4155550123"] {
                #expect(try await fixture.array("client", "list", "--search", text) == [expected], "\(text)")
            }
            for text in ["bob", "%", "_", "555-0124"] {
                #expect(try await fixture.array("client", "list", "--search", text).isEmpty, "\(text)")
            }
            #expect(try await fixture.run("client", "add", "Nobody").exit == 64)
            #expect(try await fixture.run("client", "show", "99").exit == 4)
        }
    }

    @Test("refuses a second client with the same mailbox, and names the existing one")
    func knownEmail() async throws {
        try await CommandFixture.with { fixture in
            _ = try await fixture.object("client", "add", "Ana", "--email", "ana.lee@gmail.com")
            _ = try await fixture.object("client", "add", "Ben", "--email", "ben@example.com")
            let again = try await fixture.run("client", "add", "Ana", "--email", "AnaLee+gym@gmail.com", "--json")
            #expect(again.exit == 3)
            #expect(again.error?.code == "already_exists")
            #expect(again.error?.message == "Ana (client 1) has that e-mail already")
            let edited = try await fixture.run("client", "edit", "2", "--email", "ana.lee@gmail.com", "--json")
            #expect(edited.exit == 3)
            #expect(edited.error?.message == "Ana (client 1) has that e-mail already")
        }
    }

    @Test("eight concurrent additions of one e-mail address create one client")
    func concurrently() async throws {
        try await CommandFixture.with { fixture in
            let exits = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await fixture.run("client", "add", "Ana", "--email", "ana@example.com").exit
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(exits.sorted() == [0, 3, 3, 3, 3, 3, 3, 3])
        }
    }

    @Test("a household shares a phone and one free session, and its members are identified by number")
    func household() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            _ = try await fixture.object(
                "client", "add", "Ana", "--email", "ana@example.com", "--phone", "415 555 0123")
            let ben = try await fixture.run("client", "add", "Ben", "--phone", "+1 (415) 555-0123", "--json")
            #expect(ben.exit == 0)
            #expect(ben.stderr.contains("Ana (client 1) has the same phone"))
            let shared = try await fixture.run("client", "show", "4155550123")
            #expect(shared.exit == 65)
            #expect(shared.stderr.contains("1 (Ana), 2 (Ben)"))
            #expect(try await fixture.object("client", "show", "2")["may_book"] as? Bool == true)
            let reference = try await fixture.book("ana@example.com", at: "2026-11-25 09:00")
            let shown = try await fixture.object("client", "show", "2")
            #expect(shown["may_book"] as? Bool == false)
            #expect((shown["refusal"] as? NSDictionary)?["code"] as? String == "intro_already_booked")
            #expect((shown["sessions"] as? [NSDictionary])?.isEmpty == true)
            let sessions = try await fixture.object("client", "show", "1")["sessions"] as? [NSDictionary]
            #expect(sessions?.map { $0["reference"] as? String } == [reference])
        }
    }

    @Test("edit changes only the named fields, and a client keeps an e-mail or a phone")
    func edit() async throws {
        try await CommandFixture.with { fixture in
            _ = try await fixture.object(
                "client", "add", "Ana", "--email", "ana@example.com", "--phone", "4155550123", "--source", "friend")
            let edited = try await fixture.object(
                "client", "edit", "ana@example.com", "--name", "Ana Lee", "--phone", "none", "--source", "none")
            let expected: NSDictionary = [
                "id": 1, "name": "Ana Lee", "email": "ana@example.com", "phone": NSNull(), "time_zone": NSNull(),
                "source": NSNull(), "language": NSNull(), "guardian": NSNull(),
            ]
            #expect(edited == expected)
            #expect(try await fixture.run("client", "edit", "1", "--email", "none").exit == 65)
            #expect(try await fixture.run("client", "edit", "1").exit == 64)
            #expect(try await fixture.array("client", "list") == [expected])
        }
    }

    @Test("a name finds a client; several clients are listed with exit 65, and none is not found")
    func byName() async throws {
        try await CommandFixture.with { fixture in
            for (name, email) in [
                ("Ana Lima", "a@example.com"), ("Ana Lima", "b@example.com"), ("Zoë", "z@example.com"),
            ] {
                _ = try await fixture.object("client", "add", name, "--email", email)
            }
            #expect(try await fixture.object("client", "show", "zoe")["id"] as? Int == 3)
            let edited = try await fixture.object("client", "edit", "zoë", "--phone", "(213) 555-0142")
            #expect(edited["phone"] as? String == "+12135550142")
            for command in [
                ["show", "ana lima"], ["note", "ana lima", "text"], ["edit", "ana lima", "--source", "web"],
                ["opt-out", "ana lima"], ["export", "ana lima"], ["forget", "ana lima", "--yes"],
            ] {
                let result = try await fixture.run(["client"] + command + ["--json"])
                #expect(result.exit == 65 && result.error?.code == "ambiguous", "\(command): \(result.stderr)")
                #expect(
                    result.error?.candidates?.map { $0["email"]?.text } == ["a@example.com", "b@example.com"],
                    "\(command): \(result.stderr)")
                let missing = try await fixture.run(["client", command[0], "otto"] + command.dropFirst(2) + ["--json"])
                #expect(missing.exit == 4 && missing.error?.code == "not_found", "\(command): \(missing.stderr)")
            }
            let text = try await fixture.run("client", "show", "ana lima").stderr
            #expect(text.contains("#1  Ana Lima  a@example.com\n  #2  Ana Lima  b@example.com"), "\(text)")
        }
    }

    @Test("a mistyped name has the clients with a similar name in the hint")
    func mistyped() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Catherine Nguyen", "--email", "cath@example.com")
            #expect(try await studio.answer("client", "show", "Cahterine Nguyen")["id"] == .number(1))
            let error = try await studio.intro("client", "show", "Cahterine Nguyan", "--json").error
            #expect(error?.hint.hasPrefix("did you mean Catherine Nguyen (client 1)?") == true, "\(error?.hint ?? "")")
        }
    }
}
