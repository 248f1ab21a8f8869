import BookingStoreTesting
import Foundation
import Testing

@Suite("the studio commands")
struct StudioCommandTests {
    @Test("a new studio has the default values, and its JSON has every field")
    func add() async throws {
        try await CommandFixture.with { fixture in
            let studio = try await fixture.object(
                "studio", "add", "Downtown", "--id", "Downtown", "--time-zone", "America/Los_Angeles")
            let expected: NSDictionary = [
                "id": "downtown", "name": "Downtown", "time_zone": "America/Los_Angeles", "stations": 1,
                "session_minutes": 20, "turnaround": 10, "slot_every": 30, "notice_minutes": 120,
                "horizon_minutes": 86_400, "region": "US", "address": NSNull(), "phone": NSNull(), "email": NSNull(),
            ]
            #expect(studio == expected)
            #expect(try await fixture.array("studio", "list") == [expected])
            let shown = expected.mutableCopy() as? NSMutableDictionary
            shown?["closures"] = []
            #expect(try await fixture.object("studio", "show", "DOWNTOWN") == shown)
        }
    }

    @Test("add stores every option, and accepts lengths in minutes with or without a unit")
    func options() async throws {
        try await CommandFixture.with { fixture in
            let studio = try await fixture.object(
                "studio", "add", "Mitte", "--id", "mitte", "--time-zone", "Europe/Berlin", "--stations", "3",
                "--session-minutes", "45m", "--turnaround", "0", "--slot-every", "15", "--notice", "1h30m", "--horizon",
                "2 weeks", "--region", "de", "--address", "Torstr. 1,  Berlin", "--phone", "030 123456", "--email",
                "mitte@example.com")
            let expected: NSDictionary = [
                "id": "mitte", "name": "Mitte", "time_zone": "Europe/Berlin", "stations": 3, "session_minutes": 45,
                "turnaround": 0, "slot_every": 15, "notice_minutes": 90, "horizon_minutes": 20_160, "region": "DE",
                "address": "Torstr. 1, Berlin", "phone": "+4930123456", "email": "mitte@example.com",
            ]
            #expect(studio == expected)
        }
    }

    @Test("edit changes only the named fields, and `none` clears optional ones")
    func edit() async throws {
        try await CommandFixture.with { fixture in
            _ = try await fixture.object(
                "studio", "add", "Downtown", "--id", "downtown", "--time-zone", "UTC", "--phone", "(415) 555-0100",
                "--email", "a@example.com", "--address", "1 Main St")
            let before = try await fixture.object("studio", "show", "downtown")
            let after = try await fixture.object(
                "studio", "edit", "downtown", "--name", "Uptown", "--phone", "none", "--email", "none", "--stations",
                "2")
            let changed: NSDictionary = ["name": "Uptown", "phone": NSNull(), "email": NSNull(), "stations": 2]
            for (key, value) in before where key as? String != "closures" {
                #expect(after[key] as? NSObject == changed[key] as? NSObject ?? value as? NSObject)
            }
            #expect(try await fixture.run("studio", "edit", "downtown").exit == 64)
        }
    }

    @Test("rejects an id that already exists")
    func twice() async throws {
        try await CommandFixture.with { fixture in
            let words = ["studio", "add", "Downtown", "--id", "downtown", "--time-zone", "UTC", "--json"]
            #expect(try await fixture.run(words).exit == 0)
            let again = try await fixture.run(words)
            #expect(again.exit == 3)
            #expect(again.error?.code == "already_exists")
        }
    }

    @Test("close includes the first and last local day, and keeps and reports booked sessions")
    func close() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            let reference = try await fixture.book("ana@example.com", at: "2026-12-26 16:30")
            let result = try await fixture.run(
                "studio", "close", "downtown", "2026-12-24", "2026-12-26", "--reason", "Holidays", "--json")
            #expect(result.stderr.isEmpty)
            var printed = try #require(
                try JSONSerialization.jsonObject(with: Data(result.stdout.utf8)) as? [String: Any])
            let affected = try #require(printed.removeValue(forKey: "affected") as? [NSDictionary])
            #expect(affected.map { $0["reference"] as? String } == [reference])
            let expected: NSDictionary = [
                "studio": "downtown", "from": "2026-12-24T08:00:00Z", "until": "2026-12-27T08:00:00Z",
                "local_from": "2026-12-24 00:00 PST", "local_until": "2026-12-27 00:00 PST", "reason": "Holidays",
                "booked": [reference],
            ]
            #expect(NSDictionary(dictionary: printed) == expected)
            let slots = try await fixture.array("slots", "--from", "2026-12-23", "--days", "5", "--limit", "1000")
            let days = Set(slots.compactMap { ($0["local_start"] as? String)?.prefix(10) })
            #expect(days == ["2026-12-23", "2026-12-27"])
            #expect(try await fixture.object("show", reference)["status"] as? String == "booked")
        }
    }

    @Test("a studio's full name is accepted in place of the id; a similar one is named in the hint")
    func names() async throws {
        try await Studio.with { studio in
            let name = "downtown strength"
            try await studio.answer(
                "studio", "add", "Uptown LA", "--id", "upla", "--time-zone", "America/Los_Angeles")
            for command in [
                ["agenda", name], ["slots", "--studio", name], ["sessions", "--studio", name],
                ["trainer", "list", "--studio", name], ["trainer", "hours", "maria", "--studio", name],
                ["rules", "list", "--studio", name], ["studio", "show", name], ["hold", "--list", "--studio", name],
                ["log", name],
            ] {
                let expected = try await studio.answer(command.map { $0 == name ? "downtown" : $0 })
                #expect(try await studio.answer(command) == expected, "\(command)")
            }
            for (text, hint) in [
                ("Uptwon", "`upla`"), ("uptown", "`upla`"), ("Uptonw LA", "`upla`"), ("down town", "`downtown`"),
            ] {
                let result = try await studio.intro("slots", "--studio", text, "--json")
                #expect(result.exit == 4 && result.error?.code == "not_found", "\(text): \(result.stderr)")
                #expect(result.error?.hint.hasPrefix("did you mean \(hint)?") == true, "\(text): \(result.stderr)")
            }
            let unknown = try await studio.intro("agenda", "Palo Alto", "--json")
            #expect(unknown.exit == 4 && unknown.error?.message == "no studio is named \"Palo Alto\"")
            #expect(try await studio.intro("agenda", "down_town").exit == 65)
        }
    }
}
