import Foundation
import Postgres
import Testing

@Suite("the event log on the command line")
struct LogCommandTests {
    @Test("shows each change with actor, login, reason and the values before and after, newest first")
    func session() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reschedule", reference, "--at", "2026-12-01 10:00", "--as", "tom")
            try await studio.answer("cancel", reference, "--reason", "ill", "--as", "eve")
            let events = try await studio.answer("log", reference).items.filter { $0["object"] == "session" }
            #expect(events.map { $0["action"]?.text } == ["update", "update", "insert"])
            #expect(events.map { $0["reference"]?.text } == [reference, reference, reference])
            let cancelled = try #require(events.first)
            #expect(cancelled["actor"] == "eve" && cancelled["reason"] == "ill" && cancelled["login"]?.text != "")
            #expect(cancelled["changes"]?["status"] == .list(["booked", "cancelled"]))
            #expect(cancelled["changes"]?["starts_at"] == nil)
            #expect(events[1]["changes"]?["starts_at"]?.items.count == 2)
            #expect(events[2]["changes"]?["status"] == .list([.null, "booked"]))
            let text = try await studio.intro("log", reference).stdout
            #expect(text.contains("status: booked -> cancelled") && text.contains("(ill)"))
            #expect(text.contains("start: Tue Dec 1, 9:00 AM PST -> Tue Dec 1, 10:00 AM PST"), "\(text)")
        }
    }

    @Test("the text has readable names, and times on the clock of each studio")
    func readable() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-24", "--until", "2026-12-25", "--reason", "trip")
            try await studio.answer("trainer", "away", "maria", "--from", "dec 28 9am", "--until", "dec 28 1pm")
            try await studio.answer("trainer", "hours", "james", "--set", "mon 09:00-17:00", "--from", "2026-12-07")
            try await studio.answer(
                "studio", "close", "brooklyn", "2026-12-24 09:00", "2026-12-24 12:00", "--reason", "stocktaking")
            let text = try await studio.intro("log").stdout
            for line in [
                "session added", "time off added", "  period: Thu Dec 24 to Fri Dec 25", "  reason: trip",
                "  period: Mon Dec 28, 9:00 AM PST to Mon Dec 28, 1:00 PM PST", "  trainer: maria", "  client: #1",
                "  studio: downtown", "  first day: Mon Dec 7", "  opens: 9:00 AM", "  weekday: Monday",
                "  start: Tue Dec 1, 9:00 AM PST", "  period: Thu Dec 24, 9:00 AM EST to Thu Dec 24, 12:00 PM EST",
            ] {
                #expect(text.contains(line), "\(line): \(text)")
            }
            for raw in ["_at:", "_id:", "_key:", "+00", "T17:00", "season id:", "  hours:"] {
                #expect(!text.contains(raw), "\(raw): \(text)")
            }
            let record = try await studio.answer("log", "maria", "--limit", "1").items.first
            #expect(record?["action"] == "insert" && record?["object"] == "time_off")
            #expect(record?["changes"]?["trainer_id"] == .list([.null, .number(1)]))
        }
    }

    @Test("finds the changes of a client, trainer, studio or actor, and no others")
    func subjects() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-01 10:00", with: "james")
            try await studio.answer("client", "note", "ana@example.com", "Call first", "--as", "tom")
            try await studio.answer("trainer", "away", "james", "--from", "2026-12-24", "--until", "2026-12-25")
            try await studio.answer("trainer", "edit", "maria", "--daily-limit", "5")
            func objects(_ arguments: String...) async throws -> [String] {
                try await studio.answer(["log"] + arguments).items.compactMap { $0["object"]?.text }
            }
            let ana = try await studio.answer("log", "ana").items
            #expect(ana.contains { $0["object"] == "client_note" && $0["actor"] == "tom" })
            #expect(ana.compactMap { $0["reference"]?.text }.filter { !$0.isEmpty } == [reference])
            #expect(!ana.contains { $0["changes"]?["unsubscribe_token"] != nil })
            #expect(try await objects("ana@example.com") == ana.compactMap { $0["object"]?.text })
            let james = Set(try await objects("james"))
            #expect(james.isSuperset(of: ["time_off", "session"]) && !james.contains("client"))
            #expect(try await objects("maria", "--limit", "1") == ["trainer"])
            #expect(try await objects("Maria Lopez", "--limit", "1") == ["trainer"])
            #expect(try await objects("--actor", "tom") == ["client_note"])
            #expect(try await objects("downtown").contains("session"))
            #expect(try await objects("--from", "2099-01-01") == [])
            #expect(try await objects("--until", "2000-01-01") == [])
            let some = try await studio.intro("log", "--limit", "2", "--json")
            #expect(some.stderr.contains("more"))
            try await expectHints(in: studio)
            try await studio.answer("client", "add", "Maria Lopez", "--email", "lopez@example.com")
            try await studio.answer("client", "add", "Maria Lopes", "--email", "lopes@example.com")
            let both = try await studio.answer("log", "Maria Lopez").items
            #expect(both.contains { $0["object"] == "trainer" })
            #expect(both.filter { $0["object"] == "client" }.count == 1, "\(both)")
            try await studio.database.query("UPDATE session SET reference = 'KXMPXXQR' WHERE client_id = 1")
            let mistyped = try await studio.intro("log", "KXMP-XXQ", "--json").error
            #expect(mistyped?.hint.hasPrefix("did you mean `KXMP-XXQR`?") == true, "\(mistyped?.hint ?? "")")
        }
    }

    /// Expects that an unknown subject is not found, with a hint.
    private func expectHints(in studio: Studio) async throws {
        for what in ["nobody", "K7Q2-9FXM", "K7Q2-9FX", "no@example.com"] {
            #expect(try await studio.intro("log", what).exit == 4, "\(what)")
        }
        for (what, hint) in [
            ("nobody", "see `intro client list"), ("maira", "did you mean `maria`?"),
            ("Mria Lopez", "did you mean `maria`?"), ("downtwon", "did you mean `downtown`?"),
        ] {
            let error = try await studio.intro("log", what, "--json").error
            #expect(error?.message == "no session, client, trainer or studio found for \"\(what)\"")
            #expect(error?.hint.hasPrefix(hint) == true, "\(what): \(error?.hint ?? "")")
        }
    }

    @Test("the log of a trainer has the changes of sessions that were theirs before or after the change")
    func movedAway() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reschedule", reference, "--at", "2026-12-01 10:00", "--trainer", "james")
            try await studio.answer("reschedule", reference, "--at", "2026-12-01 11:00")
            func actions(_ trainer: String) async throws -> [String?] {
                try await studio.answer("log", trainer).items.filter { $0["reference"]?.text == reference }
                    .map { $0["action"]?.text }
            }
            #expect(try await actions("maria") == ["update", "insert"])
            #expect(try await actions("james") == ["update", "update"])
        }
    }

    @Test("a schedule as of a time has the sessions as they were then, in every format")
    func asOf() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            // The booking was an hour ago.
            let before = try await studio.database.transaction { connection in
                try await connection.query("ALTER TABLE event DISABLE TRIGGER event_is_append_only")
                try await connection.query("UPDATE event SET at = at - interval '1 hour'")
                try await connection.query("ALTER TABLE event ENABLE TRIGGER event_is_append_only")
                return try await connection.query(
                    """
                    SELECT to_char(now() AT TIME ZONE 'UTC' - interval '30 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                    """
                ).decode(String.self)[0]
            }
            try await studio.answer("reschedule", reference, "--at", "2026-12-01 10:00", "--trainer", "james")
            let then = try await studio.answer("schedule", "maria", "--as-of", before)
            #expect(then.items.map { $0["local_start"]?.text } == ["2026-12-01 09:00 PST"])
            #expect(try await studio.answer("schedule", "james", "--as-of", before).items == [])
            #expect(try await studio.answer("schedule", "maria").items == [])
            #expect(try await studio.intro("schedule", "maria", "--as-of", before).stdout.contains(reference))
            #expect(
                try await studio.intro("schedule", "maria", "--as-of", before, "--format", "csv").stdout.contains("Ana")
            )
            #expect(try await studio.intro("schedule", "maria", "--as-of", before, "--open").exit == 64)
            try await studio.database.query(
                """
                INSERT INTO event (actor, subject, subject_id, action, before)
                SELECT 'admin', 'event', 0, 'delete', jsonb_build_object('events', 1, 'recorded_before', now())
                """)
            let removed = try await studio.intro("schedule", "maria", "--as-of", before, "--json")
            #expect(removed.exit == 65 && removed.error?.hint.contains("retention") == true, "\(removed.stderr)")
        }
    }
}
