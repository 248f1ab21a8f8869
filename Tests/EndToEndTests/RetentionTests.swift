import Foundation
import Postgres
import Testing

@Suite("retention")
struct RetentionTests {
    /// The time of the runs: 60 days after the studio's day.
    static let now = "2027-01-29T08:00:00-08:00"
    private static let settings = [
        "INTRO_RETENTION_EVENTS": "60d", "INTRO_RETENTION_MESSAGE_BODIES": "60d", "INTRO_RETENTION_JOBS": "60d",
        "INTRO_RETENTION_INBOUND": "60d",
    ]

    /// Runs the daily job.
    @discardableResult
    private func prune(_ studio: Studio, _ environment: [String: String] = settings) async throws -> JSON {
        try await studio.enqueuePruning()
        return try await studio.answer("run", "--drain", "--queue", "default", now: Self.now, environment: environment)
    }

    @Test("removes the texts, received texts and dead jobs before the limit, and nothing after it")
    func limits() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: Studio.phone(1), at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            try await studio.insertOldMessages()
            try await studio.insertOldInbound()
            try await studio.insertOldDeadJobs()
            let sessions = try await studio.count("session")
            let messages = try await studio.count("message")
            let preview = try await RetentionCounts(studio, Self.settings)
            try await prune(studio)
            #expect(preview["message_bodies"] == 1 && preview["inbound"] == 2 && preview["dead_jobs"] == 1)
            let removed = try await studio.removedEvents
            #expect(preview["events"] == removed)
            try await expectTextsWithinLimit(studio)
            try await expectInboundWithinLimit(studio)
            #expect(try await studio.database.query("SELECT id FROM job_dead").decode(Int64.self) == [-2])
            #expect(try await studio.count("session") == sessions)
            #expect(try await studio.count("message") == messages)
        }
    }

    private func expectTextsWithinLimit(_ studio: Studio) async throws {
        let kept = try await studio.database.query(
            "SELECT copy, body IS NOT NULL, reply IS NOT NULL FROM message WHERE copy > 90 ORDER BY copy"
        ).decode((Int32, Bool, Bool).self)
        #expect(kept.map(\.1) == [false, true] && kept.map(\.2) == [false, true])
        #expect(
            try await studio.count(
                "event", where: "subject = 'message' AND after ->> 'copy' = '91' AND after ->> 'body' IS NOT NULL")
                == 0)
    }

    private func expectInboundWithinLimit(_ studio: Studio) async throws {
        let texts = try await studio.database.query("SELECT body FROM inbound_text ORDER BY id").decode(String.self)
        #expect(texts == ["inside", "open"], "an open text is kept")
        for column in ["before", "after"] {
            #expect(
                try await studio.count("event", where: "subject = 'inbound_text' AND \(column) ->> 'body' = 'outside'")
                    == 0)
        }
        #expect(try await studio.database.query("SELECT excerpt FROM inbound_mail").decode(String.self) == ["inside"])
    }

    @Test("removes the events of sessions that ended before the limit, and keeps each other object's last state")
    func events() async throws {
        try await Studio.with { studio in
            let old = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let recent = try await studio.reference("Ben", at: "2026-12-02 09:00")
            let corrected = try await studio.reference("Cleo", at: "2026-12-01 10:00")
            try await studio.answer("client", "edit", "ana@example.com", "--name", "Anna")
            try await studio.answer("attend", corrected, now: "2026-12-01T12:00:00-08:00")
            // The limit is 2026-12-02 08:00: the second session ends after it, and the third was changed after it.
            try await backdateEvents(of: studio)
            var settings = Self.settings
            settings["INTRO_RETENTION_EVENTS"] = "58d"
            let before = try await studio.fingerprint()
            let preview = try await RetentionCounts(studio, settings)
            #expect(try await studio.fingerprint() == before)
            try await prune(studio, settings)
            let removed = try await studio.removedEvents
            #expect(removed > 1 && preview["events"] == removed)
            func events(_ reference: String) async throws -> Int {
                try await studio.answer("log", reference).items.count
            }
            #expect(try await events(old) == 0)
            #expect(try await events(recent) > 0)
            #expect(
                try await events(corrected) > 1, "all events of a session that was changed after the limit are kept")
            let names = try await studio.database.query(
                "SELECT after ->> 'name' FROM event WHERE subject = 'client' AND after ->> 'email' = 'ana@example.com'"
            ).decode(String.self)
            #expect(names == ["Anna"])
            let traces = try await studio.database.query(
                "SELECT (before ->> 'events')::bigint FROM event WHERE subject = 'event'"
            ).decode(Int64.self)
            #expect(traces.count == 1 && traces[0] > 1)
            // The log is append-only for all other roles.
            let forbidden = try await Psql.run("DELETE FROM event", on: studio.conninfo)
            #expect(forbidden.exit == 3 && forbidden.stderr.contains("append-only"))
        }
    }

    /// Moves the events of marks to 2026-12-02, and all other events to 2026-11-20.
    private func backdateEvents(of studio: Studio) async throws {
        try await studio.database.query("ALTER TABLE event DISABLE TRIGGER USER")
        try await studio.database.query(
            """
            UPDATE event
            SET at = CASE WHEN after ->> 'status' = 'attended' THEN '2026-12-02T17:00:00Z'::timestamptz
                          ELSE '2026-11-20T08:00:00Z' END
            """)
        try await studio.database.query("ALTER TABLE event ENABLE TRIGGER USER")
    }

    @Test("events are kept without a limit by default, and `none` keeps everything")
    func defaults() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            try await studio.database.query("UPDATE message SET due_at = due_at - interval '500 days'")
            let before = try await studio.count("event")
            try await prune(studio, ["INTRO_RETENTION_MESSAGE_BODIES": "none"])
            #expect(try await studio.count("message", where: "body IS NOT NULL") > 0)
            try await prune(studio, [:])
            #expect(try await studio.count("message", where: "body IS NOT NULL") == 0)
            #expect(try await studio.count("event", where: "subject = 'session'") == 1)
            #expect(try await studio.count("event") >= before)
            #expect(try await studio.answer("show", reference)["status"] == "booked")
        }
    }

    @Test("a killed runner has removed whole batches, and the next run continues")
    func killed() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            try await studio.database.query("UPDATE message SET due_at = '2025-01-01'")
            try await studio.database.query("ALTER TABLE event DISABLE TRIGGER USER")
            try await studio.database.query("UPDATE event SET at = '2025-01-01'")
            try await studio.database.query("ALTER TABLE event ENABLE TRIGGER USER")
            let events = try await studio.count("event")
            try #require(try await studio.count("event", where: "subject = 'session'") > 0)
            let settings = Self.settings.merging(["INTRO_RETENTION_EVENTS": "1d"]) { $1 }
            try await studio.database.transaction { connection in
                _ = try await connection.query("SELECT pg_advisory_xact_lock(lock_key('prune events'))")
                try await studio.enqueuePruning()
                let killed = try await studio.intro(
                    ["run", "--drain", "--queue", "default"], now: Self.now, environment: settings
                ) { process in
                    try await studio.waitUntil(
                        """
                        EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                                AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                        """)
                    kill(process, SIGKILL)
                }
                #expect(killed.exit == 128 + SIGKILL)
                #expect(try await studio.count("message", where: "body IS NOT NULL") == 0)
                #expect(try await studio.count("event") == events)
            }
            // Its lease ends, and its jobs are released, as another runner does; the test server started just now.
            try await studio.database.query("UPDATE job_runner SET lease_until = now() - interval '1 second'")
            let rescued = try await studio.database.query("SELECT rescued FROM rescue_jobs(0, 3)").decode(Int32.self)
            #expect(rescued != [0])
            try await studio.answer(
                "run", "--drain", "--queue", "default", now: Self.now, environment: settings)
            #expect(try await studio.count("event", where: "subject = 'session'") == 0)
            #expect(try await studio.count("job", where: "queue = 'default'") == 0)
        }
    }

    @Test("the command requires confirmation, and removes the announced rows")
    func command() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            let texts = try await studio.count("message", where: "body IS NOT NULL")
            let settings = ["INTRO_RETENTION_MESSAGE_BODIES": "59d"]
            let announced = try await RetentionCounts(studio, settings)
            #expect(texts > 0 && announced["message_bodies"] == texts)
            let unconfirmed = try await studio.intro("retention", "--json", now: Self.now, environment: settings)
            #expect(unconfirmed.exit == 64 && unconfirmed.error?.code == "confirmation_needed")
            #expect(try await studio.count("message", where: "body IS NOT NULL") == texts)
            let result = try await studio.answer("retention", "--yes", now: Self.now, environment: settings)
            #expect(RetentionCounts(result) == announced && result["dry_run"] == nil)
            #expect(try await studio.count("message", where: "body IS NOT NULL") == 0)
            let item = result["items"]?.items.first { $0["kind"] == "message_bodies" }
            #expect(
                item
                    == .object([
                        "kind": "message_bodies", "setting": "retention.message_bodies", "period_days": .number(59),
                        "before": "2026-12-01T16:00:00Z", "count": .number(Double(texts)),
                    ]))
            let again = try await studio.intro("retention", "--dry-run", now: Self.now)
            #expect(again.stdout.contains("\nevents                retention.events          none"))
            #expect(again.exit == 0 && again.stdout.hasSuffix("\n\nNothing was removed.\n"))
        }
    }

    @Test("two concurrent runners share the work, and do not block a booking")
    func concurrent() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            try await studio.database.query(
                """
                INSERT INTO message (session_id, studio_id, rule, channel, revision, copy, copy_reason, status, due_at,
                    sent_at, recipient, subject, body)
                SELECT session_id, studio_id, rule, channel, revision, 100 + n, 'copy', 'sent', '2025-01-01', '2025-01-01',
                       recipient, 'subject', 'body'
                FROM message, generate_series(1, 4500) AS n
                WHERE rule = 'confirmation' AND channel = 'email' AND copy = 0
                """)
            let messages = try await studio.count("message")
            async let first = prune(studio)
            async let second = prune(studio)
            // A booking does not wait for a batch.
            try await studio.book("Ben", at: "2026-12-01 11:00")
            _ = try await (first, second)
            #expect(try await studio.count("message", where: "body IS NOT NULL AND due_at < '2026-01-01'") == 0)
            #expect(try await studio.count("message") >= messages)
        }
    }
}

/// The numbers of `intro retention` by kind.
private struct RetentionCounts: Equatable {
    private let counts: [String: Int64]

    /// Reads the numbers without removing anything.
    init(_ studio: Studio, _ settings: [String: String]) async throws {
        self.init(
            try await studio.answer(
                "retention", "--dry-run", now: "2027-01-29T08:00:00-08:00", environment: settings))
    }

    init(_ answer: JSON) {
        let items = answer["items"]?.items ?? []
        counts = items.reduce(into: [:]) { $0[$1["kind"]?.text ?? ""] = Int64($1["count"]?.number ?? -1) }
    }

    subscript(kind: String) -> Int64? { counts[kind] }
}

extension Studio {
    /// The number of events that retention has removed, as the event log states it.
    fileprivate var removedEvents: Int64 {
        get async throws {
            let removed = try await database.query(
                "SELECT coalesce(sum((before ->> 'events')::bigint), 0)::bigint FROM event WHERE subject = 'event'")
            return try removed.decode(Int64.self)[0]
        }
    }

    /// Enqueues the daily job.
    fileprivate func enqueuePruning() async throws {
        try await database.query(
            """
            INSERT INTO job (kind, queue, priority, payload, max_attempts)
            VALUES ('history.prune', 'default', 2, '{}', 25)
            """)
    }

    /// Waits until a condition in the database is met.
    fileprivate func waitUntil(_ condition: String) async throws {
        while try await !database.query("SELECT \(unsafeSQL: condition)").decode(Bool.self)[0] {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
