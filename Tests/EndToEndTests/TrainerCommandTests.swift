import BookingStoreTesting
import Foundation
import Testing

@Suite("the trainer commands")
struct TrainerCommandTests {
    @Test("a trainer belongs to the only studio, and needs --studio if there are several")
    func add() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.store.addStudio("downtown")
            let maria = try await fixture.object(
                "trainer", "add", "Maria", "--id", "maria", "--phone", "415 555 0101", "--daily-limit", "5")
            let expected: NSDictionary = [
                "handle": "maria", "name": "Maria", "studio": "downtown", "email": NSNull(), "phone": "+14155550101",
                "daily_limit": 5, "retired_at": NSNull(),
            ]
            #expect(maria == expected)
            try await fixture.store.addStudio("uptown")
            let undecided = try await fixture.run("trainer", "add", "Sam", "--id", "sam")
            #expect(undecided.exit == 64)
            #expect(undecided.stderr.contains("downtown, uptown"))
            _ = try await fixture.object("trainer", "add", "Sam", "--id", "sam", "--studio", "uptown")
            let handles = try await fixture.array("trainer", "list").map { $0["handle"] as? String }
            #expect(handles == ["maria", "sam"])
            let uptown = try await fixture.array("trainer", "list", "--studio", "uptown").map {
                $0["handle"] as? String
            }
            #expect(uptown == ["sam"])
        }
    }

    @Test("edit moves a trainer to another studio and removes the daily limit")
    func edit() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            try await fixture.store.addStudio("uptown")
            let limited = try await fixture.object("trainer", "edit", "maria", "--daily-limit", "3")
            #expect(limited["daily_limit"] as? Int == 3)
            let moved = try await fixture.object(
                "trainer", "edit", "maria", "--studio", "uptown", "--daily-limit", "none")
            #expect(moved["studio"] as? String == "uptown")
            #expect(moved["daily_limit"] is NSNull)
            #expect(try await fixture.run("trainer", "edit", "maria").exit == 64)
        }
    }

    @Test("hours are printed as they were entered, and later hours apply from their first to their last day")
    func hours() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.store.addStudio("downtown")
            _ = try await fixture.object("trainer", "add", "Maria", "--id", "maria")
            #expect(try await fixture.array("trainer", "hours", "maria").isEmpty)
            let always = "mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00"
            let first = try await fixture.array("trainer", "hours", "maria", "--set", always)
            let fields: NSDictionary = [
                "studio": "downtown", "from": NSNull(), "until": NSNull(), "hours": always,
                "affected": [NSDictionary](),
            ]
            #expect(first == [fields])
            let both = try await fixture.array(
                "trainer", "hours", "maria", "--set", "daily 22:00-24:00", "--from", "2026-12-01", "--until",
                "2026-12-02")
            #expect(both.count == 2)
            #expect(both.last?["from"] as? String == "2026-12-01")
            #expect(both.last?["until"] as? String == "2026-12-02")
            let slots = try await fixture.array("slots", "--from", "2026-11-30", "--days", "4", "--limit", "1000")
            let starts = slots.compactMap { $0["local_start"] as? String }
            let firsts = ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"].map { day in
                starts.first { $0.hasPrefix(day) }?.dropFirst(11).prefix(5)
            }
            #expect(firsts == ["07:00", "22:00", "22:00", "07:00"])
            let shown = try await fixture.object("trainer", "show", "maria")["hours"] as? [NSDictionary]
            #expect(shown == (try await fixture.array("trainer", "hours", "maria")))
        }
    }

    @Test("hours at another studio can be added and removed")
    func hoursElsewhere() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            try await fixture.store.addStudio("uptown")
            let uptown = try await fixture.array(
                "trainer", "hours", "maria", "--studio", "uptown", "--set", "sun 09:00-12:00")
            #expect(uptown.map { $0["studio"] as? String } == ["uptown"])
            #expect(try await fixture.array("trainer", "hours", "maria").count == 2)
            #expect(try await fixture.array("slots", "--studio", "uptown").isEmpty == false)
            _ = try await fixture.array("trainer", "hours", "maria", "--studio", "uptown", "--set", "none")
            #expect(try await fixture.array("slots", "--studio", "uptown").isEmpty)
        }
    }

    @Test("time off is listed, reports booked sessions, and can be removed")
    func away() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            let reference = try await fixture.book("ana@example.com", at: "2026-11-25 16:30")
            let away = try await fixture.object(
                "trainer", "away", "maria", "--from", "tomorrow", "--until", "2026-11-25", "--reason", "Ski trip")
            #expect(away["from"] as? String == "2026-11-24T08:00:00Z")
            #expect(away["until"] as? String == "2026-11-26T08:00:00Z")
            #expect(away["local_until"] as? String == "2026-11-26 00:00 PST")
            #expect(away["booked"] as? [String] == [reference])
            let days = Set(
                try await fixture.array("slots", "--days", "4", "--limit", "1000")
                    .compactMap { ($0["local_start"] as? String)?.prefix(10) })
            #expect(days == ["2026-11-23", "2026-11-26"])
            let number = try #require(away["number"] as? Int)
            #expect(
                try await fixture.array("trainer", "away", "maria", "--list").map { $0["number"] as? Int } == [number])
            _ = try await fixture.object("trainer", "away", "maria", "--remove", "\(number)")
            #expect(try await fixture.array("trainer", "away", "maria", "--list").isEmpty)
            #expect(try await fixture.run("trainer", "away", "maria", "--remove", "\(number)").exit == 4)
        }
    }

    @Test("a retired trainer has no slots, and booked sessions are reported")
    func retire() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            let reference = try await fixture.book("ana@example.com", at: "2026-11-25 16:30")
            let result = try await fixture.run("trainer", "retire", "maria", "--yes", "--json")
            #expect(result.exit == 0)
            #expect(result.stdout.contains(#""booked":["\#(reference)"]"#))
            #expect(result.stdout.contains(#""retired_at":"2026-11-23T16:00:00Z""#))
            #expect(result.stderr.isEmpty)
            #expect(try await fixture.array("slots").isEmpty)
        }
    }

    @Test("a trainer's full name is accepted in place of the handle; a similar one is named in the hint")
    func names() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            for command in [
                ["trainer", "show", "Maria Lopez"], ["trainer", "hours", "maria lopez"], ["schedule", "Lopez, Maria"],
                ["slots", "--trainer", "Maria Lopez"], ["sessions", "--trainer", "Maria Lopez"],
                ["trainer", "cover", "Maria Lopez", "--from", "2026-12-01", "--with", "James Carter", "--dry-run"],
                ["reschedule", "ana", "--trainer", "Aiko Tanaka", "--dry-run"],
            ] {
                let handles = [
                    "Maria Lopez": "maria", "maria lopez": "maria", "Lopez, Maria": "maria", "James Carter": "james",
                    "Aiko Tanaka": "aiko",
                ]
                let answer = try await studio.answer(command)
                #expect(answer == (try await studio.answer(command.map { handles[$0] ?? $0 })), "\(command)")
                #expect(answer != .list([]), "\(command)")
            }
            let away = try await studio.intro(
                "trainer", "away", "Maria Lopez", "--from", "2026-12-24", "--until", "2026-12-24")
            #expect(away.stdout.hasPrefix("Maria Lopez is away Thu Dec 24"), "\(away.stdout)")
            let edited = try await studio.answer("trainer", "edit", "Maria Lopez", "--daily-limit", "6")
            #expect(edited["handle"] == "maria" && edited["daily_limit"]?.number == 6, "\(edited)")
            let retired = try await studio.answer("trainer", "retire", "Maria Lopez", "--yes")
            #expect(retired["handle"] == "maria" && retired["retired_at"] != .null, "\(retired)")
            #expect(try await studio.answer("trainer", "return", "Maria Lopez")["handle"] == "maria")
            for text in ["Mria Lopez", "lopez", "Maria Lopes", "mariaa"] {
                let result = try await studio.intro("trainer", "show", text, "--json")
                #expect(result.exit == 4 && result.error?.code == "not_found", "\(text): \(result.stderr)")
                #expect(result.error?.hint.hasPrefix("did you mean `maria`?") == true, "\(text): \(result.stderr)")
            }
            let unknown = try await studio.intro("trainer", "show", "Xena Park", "--json")
            #expect(unknown.exit == 4 && unknown.error?.message == "no trainer is named \"Xena Park\"")
            #expect(unknown.error?.hint == "see `intro trainer list`", "\(unknown.stderr)")
        }
    }
}
