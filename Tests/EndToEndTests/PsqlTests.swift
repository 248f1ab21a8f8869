import Testing

/// A direct write that violates a rule of the schema.
struct Violation: Sendable {
    /// The error of PostgreSQL: the name of the violated constraint, or a part of the message.
    let answer: String
    /// The statements.
    let statement: String

    /// Inserts a copy of Ana's session with some columns changed.
    private static func copy(_ changes: [String: String], as answer: String) -> Violation {
        let columns = [
            "reference", "studio_id", "trainer_id", "client_id", "station", "starts_at", "ends_at", "occupied",
            "waived",
            "override_reason",
        ]
        let values = columns.map { changes[$0] ?? ($0 == "reference" ? "'ZZZZZZZZ'" : $0) }
        return Violation(
            answer: answer,
            statement: """
                INSERT INTO session (\(columns.joined(separator: ", ")))
                SELECT \(values.joined(separator: ", "))
                FROM session
                WHERE client_id = (SELECT id FROM client WHERE name = 'Ana');
                """)
    }

    private static let ben = "(SELECT id FROM client WHERE name = 'Ben')"
    private static let james = "(SELECT id FROM trainer WHERE handle = 'james')"
    private static let later = [
        "starts_at": "starts_at + interval '19 minutes'", "ends_at": "ends_at + interval '19 minutes'",
        "occupied": "tstzrange(starts_at + interval '19 minutes', ends_at + interval '29 minutes')",
    ]
    private static let nextDay = [
        "starts_at": "starts_at + interval '1 day'", "ends_at": "ends_at + interval '1 day'",
        "occupied": "tstzrange(starts_at + interval '1 day', ends_at + interval '1 day')",
    ]

    static let all = [
        copy(later.merging(["client_id": ben, "station": "2"]) { $1 }, as: "session_trainer_free"),
        copy(later.merging(["client_id": ben, "trainer_id": james]) { $1 }, as: "session_station_free"),
        copy(
            later.merging([
                "trainer_id": james, "station": "2", "waived": "true", "override_reason": "'twice'",
            ]) { $1 }, as: "session_client_free"),
        copy(nextDay.merging(["trainer_id": james]) { $1 }, as: "one_free_session_per_person"),
        copy(
            nextDay.merging(["client_id": ben, "reference": "'OOOOOOOO'"]) { $1 }, as: "session_reference_is_crockford"),
        copy(
            ["client_id": ben, "station": "2", "trainer_id": james, "occupied": "tstzrange(starts_at, starts_at)"],
            as: "session_occupies_its_time"),
        Violation(
            answer: "a session that is cancelled does not change",
            statement: "UPDATE session SET status = 'cancelled'; UPDATE session SET status = 'booked';"),
        Violation(
            answer: "client_email_key",
            statement: "INSERT INTO client (name, email, email_key) SELECT name, email, email_key FROM client;"),
        Violation(
            answer: "hours_do_not_overlap",
            statement: """
                INSERT INTO hours (season_id, weekday, opens, closes)
                SELECT season_id, weekday, opens + interval '1 minute', closes + interval '1 minute' FROM hours;
                """),
    ]
}

@Suite("rules for direct writes to the database")
struct PsqlTests {
    @Test("psql cannot violate the rules, and the error names the constraint")
    func refused() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer("client", "add", "Ben", "--email", "ben@example.com")
            let before = try await studio.fingerprint()
            for attempt in Violation.all {
                let result = try await Psql.run("BEGIN; \(attempt.statement) COMMIT;", on: studio.conninfo)
                #expect(result.exit == 3, "\(attempt.answer): \(result.stdout)\(result.stderr)")
                #expect(result.stderr.contains(attempt.answer), "\(result.stderr)")
                #expect(try await studio.fingerprint() == before, "\(attempt.answer)")
            }
        }
    }

    @Test(
        "the event log cannot be changed, and records the login of a direct write",
        arguments: ["UPDATE event SET actor = 'x'", "DELETE FROM event"])
    func events(statement: String) async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let result = try await Psql.run(statement, on: studio.conninfo)
            #expect(result.exit == 3)
            let direct = try await Psql.run("UPDATE client SET name = 'Anna'", on: studio.conninfo)
            #expect(direct.exit == 0)
            #expect(try await studio.count("event", where: "subject = 'client' AND actor = current_user") == 1)
        }
    }

    @Test("a session inserted by psql is shown, and its slot and client cannot be booked again")
    func sharedFixture() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ben", "--email", "ben@example.com")
            let written = try await Psql.run(
                """
                INSERT INTO session (reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied)
                SELECT 'K7Q29FXM', s.id, t.id, c.id, 1, '2026-12-01 09:00-08', '2026-12-01 09:20-08',
                       '[2026-12-01 09:00-08, 2026-12-01 09:30-08)'
                FROM studio AS s, trainer AS t, client AS c
                WHERE t.handle = 'maria';
                """, on: studio.conninfo)
            #expect(written.exit == 0, "\(written.stderr)")
            #expect(try await studio.answer("show", "K7Q2-9FXM")["client"]?["name"] == "Ben")
            let taken = try await studio.refusal(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at", "2026-12-01 09:00"
            )
            #expect(taken.code == "slot_taken")
            let again = try await studio.refusal("book", "--client", "ben@example.com", "--at", "2026-12-02 09:00")
            #expect(again.code == "intro_already_booked")
        }
    }
}
