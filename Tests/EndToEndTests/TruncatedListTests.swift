import Postgres
import Testing

@Suite("truncated lists")
struct TruncatedListTests {
    @Test("slots: the last line shows the number of omitted slots, the last one, and the limit")
    func slots() async throws {
        try await Studio.with { studio in
            let day = ["slots", "--trainer", "maria", "--from", "2026-12-01", "--days", "1"]
            let all = try await studio.answer(day + ["--limit", "100"]).items
            #expect(all.count == 22 && all.last?["local_start"] == "2026-12-01 18:30 PST")
            let cut = try await studio.intro(day)
            #expect(cut.stdout.hasSuffix("\n2 more until 6:30 PM: --limit 100\n"), "\(cut.stdout)")
            #expect(cut.stderr.isEmpty)
            let json = try await studio.intro(day + ["--json"])
            #expect(try json.printed.items.count == 20)
            #expect(json.stderr == "2 more until 18:30: --limit 100\n")
            let exact = try await studio.intro(day + ["--limit", "22"])
            #expect(!exact.stdout.contains("more") && exact.stderr.isEmpty)
        }
    }

    @Test("slots: omitted slots on another day are shown with the date and a sufficient limit")
    func slotsOfDays() async throws {
        try await Studio.with { studio in
            let days = ["slots", "--from", "2026-12-01 18:00", "--days", "5"]
            let count = try await studio.answer(days + ["--limit", "10000"]).items.count
            let cut = try await studio.intro(days).stdout
            let line = try #require(cut.split(separator: "\n").last)
            let form = /(\d+) more until Sat Dec 5, 1:30 PM: --limit (\d+)/
            let match = try #require(line.wholeMatch(of: form), "\(line)")
            #expect(Int(match.1) == count - 20)
            #expect(try await studio.answer(days + ["--limit", String(match.2)]).items.count == count)
        }
    }

    @Test("clients: shows the number of omitted entries")
    func clients() async throws {
        try await Studio.with { studio in
            for name in ["Ana", "Ben", "Cleo"] {
                try await studio.answer("client", "add", name, "--email", "\(name.lowercased())@example.com")
            }
            try await expectCut(["client", "list"], of: 3, in: studio)
            try await expectCut(["client", "list", "--search", "example"], of: 3, in: studio)
        }
    }

    @Test("jobs and messages: shows the number of omitted entries")
    func jobs() async throws {
        try await Studio.with { studio in
            for (hour, name) in ["Ana", "Ben", "Cleo"].enumerated() {
                try await studio.book(name, at: "2026-12-01 \(9 + hour):00")
            }
            let jobs = try await studio.answer("jobs", "list").items.count
            try await expectCut(["jobs", "list"], of: jobs, in: studio)
            let messages = try await studio.answer("reminders", "list").items.count
            try await expectCut(["reminders", "list"], of: messages, in: studio)
            try await expectCut(["reminders", "list", "--status", "skipped"], of: 3, in: studio)
        }
    }

    @Test("suppressions and incoming texts: shows the number of omitted entries")
    func suppressions() async throws {
        try await Studio.with { studio in
            for name in ["a", "b", "c"] { try await studio.answer("suppression", "add", "\(name)@example.com") }
            try await expectCut(["suppression", "list"], of: 3, in: studio)
            for (number, text) in ["When?", "Where?", "Who?"].enumerated() {
                try await studio.answer(
                    ["sms", "receive"],
                    stdin: #"{"From": "+12135550142", "Body": "\#(text)", "MessageSid": "SM\#(number)"}"#)
            }
            try await expectCut(["sms", "list"], of: 3, in: studio)
            try await expectCut(["sms", "list", "--open"], of: 3, in: studio)
        }
    }

    @Test("unmarked sessions: lists 100 by default, and shows the number of omitted ones")
    func open() async throws {
        try await Studio.with { studio in
            try await studio.fillThePast(with: 103)
            let cut = try await studio.intro("agenda", "downtown", "--open")
            #expect(cut.stdout.hasSuffix("\n3 more until Sun Nov 29, 9:00 AM: --limit 200\n"), "\(cut.stdout)")
            let json = try await studio.intro("agenda", "downtown", "--open", "--json")
            #expect(try json.printed.items.count == 100)
            #expect(json.stderr == "3 more until 2026-11-29 09:00: --limit 200\n")
            let all = try await studio.intro("agenda", "downtown", "--open", "--limit", "200", "--json")
            #expect(try all.printed.items.count == 103)
            #expect(all.stderr.isEmpty)
            let today = try await studio.intro("agenda", "downtown")
            #expect(today.stdout.hasSuffix("\n103 sessions not marked: intro agenda downtown --open\n"))
            #expect(try await studio.intro("agenda", "downtown", "--open", "--limit", "0").exit == 65)
        }
    }

    /// Expects that a list of one entry reports the number of omitted entries on the right stream.
    private func expectCut(_ list: [String], of count: Int, in studio: Studio) async throws {
        try #require(count > 1, "\(list)")
        let note = "\(count - 1) more: --limit 100"
        let text = try await studio.intro(list + ["--limit", "1"])
        #expect(text.exit == 0 && text.stderr.isEmpty)
        #expect(text.stdout.split(separator: "\n").last?.hasPrefix(note) == true, "\(list): \(text.stdout)")
        let json = try await studio.intro(list + ["--limit", "1", "--json"])
        #expect(try json.printed.items.count == 1, "\(list)")
        #expect(json.stderr.hasPrefix(note), "\(list): \(json.stderr)")
        let all = try await studio.intro(list + ["--limit", "\(count)"])
        #expect(!all.stdout.contains("more:") && all.stderr.isEmpty, "\(list)")
    }
}

extension Studio {
    /// Inserts one unmarked session of Maria for each of the last days.
    fileprivate func fillThePast(with count: Int) async throws {
        try await database.query(
            """
            WITH person AS (
                INSERT INTO client (name, email, email_key)
                SELECT 'Client ' || n, n || '@example.com', n || '@example.com' FROM generate_series(1, \(count)) AS n
                RETURNING id
            )
            INSERT INTO session (
                reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, booked_at)
            SELECT translate(lpad(to_hex(person.id), 8, '0'), 'abcdef', 'ABCDEF'), studio.id, trainer.id, person.id, 1, at,
                   at + interval '20 minutes', tstzrange(at, at + interval '30 minutes'), at - interval '1 day'
            FROM person
            JOIN studio ON slug = 'downtown'
            JOIN trainer ON handle = 'maria'
            CROSS JOIN LATERAL (
                SELECT timestamptz '2026-11-30 09:00 America/Los_Angeles' - person.id * interval '24 hours' AS at
            ) AS start
            """)
    }
}

@Suite("reasons for an empty list of slots")
struct NoSlotsTests {
    @Test("names the reason: closed, no working trainer, away, retired, fully booked, too soon, too far ahead or past")
    func reasons() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.answer("studio", "close", "phoenix", "2026-12-02", "2026-12-02", "--reason", "Repair")
            let phoenix = ["--studio", "phoenix", "--from", "2026-12-02", "--days", "1"]
            #expect(try await studio.intro(["slots"] + phoenix).stdout == "Iron Phoenix is closed then: Repair\n")
            #expect(
                try await output(of: studio, "--studio", "brooklyn", "--from", "2026-12-06", "--days", "1")
                    == "No trainer works at Iron Brooklyn then.\n")
            #expect(
                try await output(of: studio, "--trainer", "aiko", "--from", "2026-12-04", "--days", "1")
                    == "Aiko Tanaka does not work at Downtown Strength then.\n")
            try await studio.answer(
                "trainer", "away", "priya", "--from", "2026-12-01", "--until", "2026-12-06", "--reason", "Honeymoon")
            #expect(
                try await output(of: studio, "--trainer", "priya", "--from", "2026-12-02", "--days", "2")
                    == "Priya Nair is away then: Honeymoon\n")
            #expect(
                try await output(of: studio, "--studio", "brooklyn", "--from", "2026-12-05", "--days", "1")
                    == "All trainers who work at Iron Brooklyn then are away.\n")
            try await studio.answer("trainer", "retire", "aiko", "--yes")
            #expect(
                try await output(of: studio, "--trainer", "aiko", "--from", "2026-12-01", "--days", "2")
                    == "Aiko Tanaka has been retired since Mon Nov 30.\n")
            try await studio.answer("trainer", "hours", "sam", "--set", "tue 09:00-09:30", "--from", "2026-12-01")
            try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "sam", "--at", "2026-12-01 09:00")
            #expect(
                try await output(of: studio, "--trainer", "sam", "--from", "2026-12-01", "--days", "1")
                    == "Sam Ito is fully booked at Iron Brooklyn then.\n")
            try await expectBookingPeriod(of: studio)
        }
    }

    /// Expects the reasons for times outside the period in which the studio takes bookings.
    private func expectBookingPeriod(of studio: Studio) async throws {
        #expect(
            try await output(of: studio, "--studio", "downtown", "--from", "2026-11-01", "--days", "1")
                == "That time is in the past.\n")
        #expect(
            try await output(of: studio, "--studio", "downtown", "--days", "1", now: "2026-11-30T22:30:00-08:00")
                == "Downtown Strength takes bookings at least 2h ahead: from Tue Dec 1, 12:30 AM on.\n")
        #expect(
            try await output(of: studio, "--studio", "downtown", "--from", "2027-06-01", "--days", "1")
                == "Downtown Strength takes bookings at most 60d ahead: until Fri Jan 29, 2027, 8:00 AM.\n")
    }

    private func output(of studio: Studio, _ arguments: String..., now: String = Studio.now) async throws -> String {
        let result = try await studio.intro(["slots"] + arguments, now: now)
        #expect(result.exit == 0)
        return result.stdout
    }
}
