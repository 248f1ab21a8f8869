import Postgres
import PostgresTesting
import Testing

@Suite("intro trainer cover")
struct TrainerCoverTests {
    private static let starts = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "13:00"]

    /// Books nine sessions of Maria on Tuesday; James is away, and Aiko has sessions at 10:00 and 11:00.
    private func fill(_ studio: Studio) async throws {
        try await studio.answer(
            "trainer", "away", "james", "--from", "2026-12-01", "--until", "2026-12-01", "--reason", "course")
        _ = try await atOnce(Self.starts.count) { number in
            try await studio.answer(
                "book", "--client", "guest\(number)@example.com", "--phone", "(213) 555-01\(number + 10)", "--name",
                "Guest \(number)", "--trainer", "maria", "--at", "2026-12-01 \(Self.starts[number])")
        }
        try await studio.book("Xena", at: "2026-12-01 10:00", with: "aiko")
        try await studio.book("Yuri", at: "2026-12-01 11:00", with: "aiko")
        try await studio.answer("reminders", "send")
    }

    private func cover(_ studio: Studio, _ options: String...) async throws -> JSON {
        try await studio.answer(["trainer", "cover", "maria", "--from", "2026-12-01"] + options)
    }

    private func starts(_ bookings: [JSON]?) -> [String] {
        (bookings ?? []).compactMap { $0["local_start"]?.text.dropFirst(11).prefix(5) }.map(String.init)
    }

    @Test("moves each session to a free trainer, and holds three near slots for each that is left")
    func moves() async throws {
        try await Studio.with { studio in
            try await fill(studio)
            let dry = try await cover(studio, "--dry-run")
            #expect(try await studio.count("hold") == 0)
            let result = try await cover(studio)
            #expect(starts(result["moved"]?.items) == Self.starts.filter { $0 != "10:00" && $0 != "11:00" })
            #expect(result["moved"]?.items.allSatisfy { $0["trainer"]?["handle"] == "aiko" } == true)
            #expect(dry["moved"] == result["moved"] && dry["dry_run"] == true)
            let left = try #require(result["left"]?.items)
            #expect(starts(left.compactMap { $0["booking"] }) == ["10:00", "11:00"])
            #expect(left.map { $0["reason"] } == ["slot_taken", "slot_taken"])
            #expect(left.allSatisfy { $0["booking"]?["client"]?["phone"]?.text.hasPrefix("+1213555") == true })
            #expect(left.allSatisfy { $0["alternatives"]?.items.count == 3 && $0["hold"]?.text.count == 9 })
            #expect(left.allSatisfy { $0["expires_at"] == "2026-11-30T16:30:00Z" })
            #expect(
                dry["left"]?.items.map { $0.only("booking", "alternatives", "reason") }
                    == left.map { $0.only("booking", "alternatives", "reason") })
            #expect(
                try await studio.count("message", where: "rule = 'trainer-changed' AND status <> 'skipped'") == 7)
            #expect(try await studio.count("message", where: "rule = 'rescheduled'") == 0)
            try await expectAlternativesAreHeld(studio, left)
        }
    }

    /// The held slots are refused to others, and the session itself can be moved to one, which releases the others.
    private func expectAlternativesAreHeld(_ studio: Studio, _ left: [JSON]) async throws {
        let slot = try #require(left[0]["alternatives"]?.items.first)
        let (start, trainer) = (slot["local_start"]?.text ?? "", slot["trainer"]?.text ?? "")
        let other = try await studio.refusal(
            "book", "--client", "eve@example.com", "--name", "Eve", "--trainer", trainer, "--at", start)
        #expect(other.message.contains("held until 08:30"), "\(other.message)")
        let reference = left[0]["booking"]?["reference"]?.text ?? ""
        let moved = try await studio.answer("reschedule", reference, "--at", start, "--trainer", trainer)
        #expect(moved["moved"] == true)
        let held = try await studio.answer("hold", "--list").items
        #expect(held.map { $0["hold"] } == [left[1]["hold"]])
    }

    @Test("a second run completes one that was stopped, and notifies no client twice")
    func completes() async throws {
        try await Studio.with { studio in
            try await fill(studio)
            // The first run fails at its sixth session.
            try await studio.database.query(
                """
                DO $$
                BEGIN
                    CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN RAISE EXCEPTION ''stopped''; END';
                    CREATE TRIGGER stop BEFORE UPDATE ON session FOR EACH ROW
                        WHEN (OLD.starts_at = '2026-12-01 10:30 America/Los_Angeles') EXECUTE FUNCTION stop();
                END
                $$
                """)
            let stopped = try await studio.intro("trainer", "cover", "maria", "--from", "2026-12-01", "--json")
            #expect(stopped.exit != 0)
            #expect(try await studio.count("session", where: "revision = 2") == 4)
            try await studio.database.query("DROP FUNCTION stop() CASCADE")
            let second = try await cover(studio)
            #expect(starts(second["moved"]?.items) == ["10:30", "11:30", "13:00"])
            #expect(second["left"]?.items.count == 2)
            let third = try await cover(studio)
            #expect(third["moved"] == .list([]))
            // The alternatives of the second run are held again, not others.
            #expect(third["left"]?.items.map { $0["alternatives"] } == second["left"]?.items.map { $0["alternatives"] })
            #expect(try await studio.count("hold", where: "status = 'held'") == 6)
            #expect(
                try await studio.count("message", where: "rule = 'trainer-changed' AND status <> 'skipped'") == 7)
        }
    }

    @Test("a repeated request key returns the sessions that it moved, and a new key has none to move")
    func repeated() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00", with: "maria")
            let first = try await cover(studio, "--request-id", "sick-1")
            #expect(starts(first["moved"]?.items) == ["09:00"])
            let again = try await cover(studio, "--request-id", "sick-1")
            #expect(again["moved"] == first["moved"])
            #expect(try await cover(studio, "--request-id", "sick-2")["moved"]?.items.isEmpty == true)
            #expect(try await studio.count("message", where: "rule = 'trainer-changed'") == 1)
        }
    }

    @Test("sessions within the notice are moved; sessions that began, other days and other trainers are not")
    func span() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-01 10:00")
            try await studio.book("Cleo", at: "2026-12-02 09:00")
            let today = try await studio.answer("trainer", "cover", "maria", now: "2026-12-01T09:30:00-08:00")
            #expect(starts(today["moved"]?.items) == ["10:00"] && today["left"] == .list([]))
            let week = try await studio.answer(
                "trainer", "cover", "maria", "--until", "2026-12-04", now: "2026-12-01T09:30:00-08:00")
            #expect(week["moved"]?.items.map { $0["local_start"] } == ["2026-12-02 09:00 PST"])
            let none = try await studio.intro("trainer", "cover", "maria", now: "2026-12-01T09:30:00-08:00")
            #expect(none.stdout == "Maria Lopez has no sessions to come, Tue Dec 1.\n")
        }
    }

    @Test("moved sessions have their messages, and clients who cannot be notified are listed with the reason")
    func unreachable() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer(
                "book", "--client", "(213) 555-0142", "--name", "Ben", "--trainer", "maria", "--at", "2026-12-01 10:00")
            try await studio.answer("client", "add", "Cleo", "--email", "cleo@example.com")
            try await studio.answer("client", "opt-out", "cleo@example.com")
            try await studio.answer(
                "book", "--client", "cleo@example.com", "--trainer", "maria", "--at", "2026-12-01 11:00")
            try await studio.answer("reminders", "send")
            let text = try await studio.intro(
                "trainer", "cover", "maria", "--from", "2026-12-01", "--dry-run", environment: ["COLUMNS": "80"]
            ).stdout
            let lines = text.split(separator: "\n")
            let calls = lines.drop { $0 != "Call 2 clients:" }.dropFirst().map { $0.dropFirst(11) }
            #expect(
                calls == [
                    "Tue Dec 1, 10:00 AM PST  Ben  +1 213-555-0142",
                    "would be moved to James Carter; cannot be notified: no e-mail address",
                    "Tue Dec 1, 11:00 AM PST  Cleo", "cleo@example.com (no phone number)",
                    "would be moved to Aiko Tanaka; cannot be notified: recipient has", "opted out",
                ], "\(text)")
            let dry = try await cover(studio, "--dry-run")
            let moved = try await cover(studio)["moved"]?.items ?? []
            #expect(dry["moved"]?.items == moved)
            let notices = moved.map { $0["messages"]?.items.first { $0["rule"] == "trainer-changed" } }
            #expect(notices.map { $0?["reason"] } == [.null, "no_email", "opted_out"])
            #expect(notices.map { $0?["status"] } == ["queued", "queued", "queued"], "\(notices)")
            #expect(moved.allSatisfy { $0["runner_active"] == false })
        }
    }

    @Test("a session that another desk cancels before its alternatives are held is not held for, and not listed")
    func cancelledMeanwhile() async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let ben = try await studio.reference("Ben", at: "2026-12-01 10:00")
            try await studio.book("Xena", at: "2026-12-01 09:00", with: "james")
            // Ana's session is refused first; the move of Ben's then waits for the lock of its row.
            let covering = try await studio.database.transaction { connection in
                let code = ben.replacing("-", with: "")
                try await connection.query("SELECT FROM session WHERE reference = \(code) FOR UPDATE")
                let covering = Task { try await cover(studio, "--with", "james") }
                try await wait(until: "the cover waits for the lock") {
                    try await studio.count(
                        "pg_stat_activity", where: "datname = current_database() AND wait_event_type = 'Lock'") == 1
                }
                try await studio.answer("cancel", ana)
                return covering
            }
            let result = try await covering.value
            #expect(starts(result["moved"]?.items) == ["10:00"] && result["left"] == .list([]))
            #expect(try await studio.count("hold") == 0)
        }
    }

    @Test("--with moves sessions only to that trainer")
    func substitute() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-01 10:00")
            try await studio.book("Xena", at: "2026-12-01 10:00", with: "james")
            let result = try await cover(studio, "--with", "james")
            #expect(starts(result["moved"]?.items) == ["09:00"])
            #expect(starts(result["left"]?.items.compactMap { $0["booking"] }) == ["10:00"])
            let same = try await studio.intro("trainer", "cover", "maria", "--with", "maria", "--json")
            #expect(same.exit == 65)
        }
    }

    @Test("trainer away --cover records the time off and covers it; the table fits 80 columns")
    func away() async throws {
        try await Studio.with { studio in
            try await fill(studio)
            let table = try await studio.intro("trainer", "cover", "maria", "--from", "2026-12-01", "--dry-run")
            #expect(table.stdout.hasPrefix("Would move 7 of 9 sessions of Maria Lopez, Tue Dec 1.\n"))
            #expect(table.stdout.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.stdout)")
            #expect(table.stdout.contains("+1 213-555-0114"))
            let result = try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-01", "--cover")
            #expect(result["number"]?.number == 2 && result["booked"]?.items.count == 9)
            #expect(result["moved"]?.items.count == 7 && result["left"]?.items.count == 2)
            #expect(result["left"]?.items.allSatisfy { $0["booking"]?["affected"] == "away" } == true)
        }
    }

    @Test("trainer away --cover as a dry run stores nothing, and repeated with its key adds no second time off")
    func awayRequest() async throws {
        try await Studio.with { studio in
            try await fill(studio)
            let words = ["trainer", "away", "maria", "--cover"]
            let morning = "2026-12-01T15:00:30Z"
            let before = try await studio.fingerprint()
            let dry = try await studio.answer(words + ["--dry-run"], now: morning)
            #expect(try await studio.fingerprint() == before)
            #expect(dry["dry_run"] == true && dry["number"] == .null)
            #expect(dry["moved"]?.items.count == 7 && dry["left"]?.items.count == 2)
            let first = try await studio.answer(words + ["--request-id", "sick"], now: morning)
            #expect(dry["affected"]?.items.first?["affected"] == "away")
            #expect(["affected", "moved"].allSatisfy { dry[$0] == first[$0] })
            #expect(dry["left"]?.items.map { $0["booking"] } == first["left"]?.items.map { $0["booking"] })
            let again = try await studio.answer(words + ["--request-id", "sick"], now: "2026-12-01T15:04:30Z")
            #expect(first["moved"]?.items.count == 7 && again["moved"] == first["moved"])
            #expect(again["number"] == first["number"] && first["number"] != .null)
            #expect(try await studio.count("time_off", where: "reason IS NULL") == 1)
        }
    }

    @Test("--dry-run and --request-id are refused where no time off is added")
    func awayUsage() async throws {
        try await Studio.with { studio in
            for option in [["--dry-run"], ["--request-id", "k"]] {
                let result = try await studio.intro(["trainer", "away", "maria", "--list", "--json"] + option)
                #expect(result.exit == 64 && result.error?.code == "usage", "\(result.stderr)")
            }
        }
    }

    @Test("trainer away --cover without a period is for the rest of the day")
    func restOfDay() async throws {
        try await Studio.with { studio in
            let early = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-01 11:00")
            try await studio.book("Cleo", at: "2026-12-02 09:00")
            let result = try await studio.answer(
                "trainer", "away", "maria", "--cover", "--reason", "sick", now: "2026-12-01T10:15:20-08:00")
            #expect(result["from"] == "2026-12-01T18:15:00Z" && result["until"] == "2026-12-02T08:00:00Z")
            #expect(starts(result["moved"]?.items) == ["11:00"] && result["left"] == .list([]))
            #expect(try await studio.answer("show", early)["affected"] == .null)
        }
    }

    @Test("two covers and two desks at the same time leave no overlap, and each client gets one notice")
    func concurrent() async throws {
        try await Studio.with { studio in
            try await fill(studio)
            let results = try await atOnce(12) { number in
                switch number {
                case 0, 1: try await studio.intro("trainer", "cover", "maria", "--from", "2026-12-01", "--json")
                default:
                    try await studio.intro(
                        "book", "--client", "late\(number)@example.com", "--name", "Late", "--trainer", "aiko", "--at",
                        "2026-12-01 \(Self.starts[(number - 2) % 9])", "--json")
                }
            }
            #expect(results.allSatisfy { [0, 3].contains($0.exit) }, "\(results.map(\.stderr))")
            // Every session of Maria was moved once, or is listed for a call.
            let moved = try await studio.count("session", where: "revision = 2")
            #expect(
                try await studio.count("message", where: "rule = 'trainer-changed' AND status <> 'skipped'") == moved)
            #expect(
                try await studio.count("session", where: "trainer_id = 1 AND status = 'booked'") == 9 - moved)
            let overlaps = try await studio.database.query(
                """
                SELECT count(*)
                FROM session AS s
                JOIN hold AS h
                    ON h.occupied && s.occupied
                    AND (h.trainer_id = s.trainer_id OR h.station = s.station)
                    AND h.session_id <> s.id
                WHERE s.status = 'booked' AND h.status = 'held'
                """
            ).decode(Int64.self)
            #expect(overlaps == [0])
        }
    }
}
