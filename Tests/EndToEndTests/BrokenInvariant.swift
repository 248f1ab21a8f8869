import Testing

/// A change by hand that breaks one invariant.
struct BrokenInvariant: Sendable, CustomTestStringConvertible {
    /// The check that finds it.
    let check: String
    /// The clients whose sessions are named.
    let clients: [String]
    /// The statements, run as a superuser in a transaction.
    let script: String

    var testDescription: String { "\(check): \(script.split(separator: "\n").last ?? "")" }

    private init(_ check: String, _ clients: [String], _ script: String) {
        self.check = check
        self.clients = clients
        self.script = script
    }

    private static func withoutTriggers(_ script: String) -> String {
        "SET LOCAL session_replication_role = replica;\n\(script)"
    }

    private static func withoutEvents(of subject: String, _ id: String) -> String {
        withoutTriggers("DELETE FROM event WHERE subject = '\(subject)' AND subject_id = \(id);")
    }

    private static func session(of client: String) -> String {
        "(SELECT s.id FROM session AS s JOIN client AS c ON c.id = s.client_id WHERE c.name = '\(client)')"
    }

    private static func client(_ name: String) -> String { "(SELECT id FROM client WHERE name = '\(name)')" }

    static let all = slots + claims + events + references + messages

    private static let slots = [
        BrokenInvariant(
            "trainer_overlap", ["Ana", "Bea"],
            """
            ALTER TABLE session DROP CONSTRAINT session_trainer_free;
            UPDATE session AS b SET trainer_id = a.trainer_id, starts_at = a.starts_at, ends_at = a.ends_at, occupied = a.occupied, station = 2
            FROM session AS a WHERE a.id = \(session(of: "Ana")) AND b.id = \(session(of: "Bea"));
            """),
        BrokenInvariant(
            "station_overlap", ["Ana", "Bea"],
            """
            ALTER TABLE session DROP CONSTRAINT session_station_free;
            UPDATE session AS b SET station = a.station, starts_at = a.starts_at, ends_at = a.ends_at, occupied = a.occupied
            FROM session AS a WHERE a.id = \(session(of: "Ana")) AND b.id = \(session(of: "Bea"));
            """),
        BrokenInvariant(
            "client_overlap", ["Ana", "Bea"],
            """
            ALTER TABLE session DROP CONSTRAINT session_client_free;
            UPDATE session AS b SET client_id = a.client_id, waived = true, override_reason = 'test', station = 2,
                starts_at = a.starts_at, ends_at = a.ends_at, occupied = a.occupied
            FROM session AS a WHERE a.id = \(session(of: "Ana")) AND b.id = \(session(of: "Bea"));
            """),
        BrokenInvariant(
            "hold_overlap", ["Ana"],
            """
            ALTER TABLE hold DISABLE TRIGGER hold_not_occupied;
            INSERT INTO hold (key, studio_id, trainer_id, station, starts_at, ends_at, occupied, held_at, expires_at, held_by)
            SELECT 'K7Q29FXM', studio_id, trainer_id, 2, starts_at, ends_at, occupied, now(), '2100-01-01', 'desk'
            FROM session WHERE id = \(session(of: "Ana"));
            """),
        BrokenInvariant(
            "station_missing", ["Ana"], "UPDATE session SET station = 9 WHERE id = \(session(of: "Ana"));"),
        BrokenInvariant(
            "occupied_time", ["Ana"],
            """
            ALTER TABLE session DROP CONSTRAINT session_occupies_its_time;
            UPDATE session SET occupied = tstzrange(starts_at + interval '5 minutes', ends_at) WHERE id = \(session(of: "Ana"));
            """),
    ]

    private static let claims = [
        BrokenInvariant(
            "free_session_twice", ["Ana", "Bea"],
            """
            ALTER TABLE free_session_claim DROP CONSTRAINT one_free_session_per_person;
            UPDATE session SET client_id = \(client("Ana")) WHERE id = \(session(of: "Bea"));
            """),
        BrokenInvariant(
            "claim_missing", ["Ana"], "DELETE FROM free_session_claim WHERE session_id = \(session(of: "Ana"));"),
        BrokenInvariant(
            "claim_superfluous", ["Cem"],
            "INSERT INTO free_session_claim VALUES ('email:cem@example.com', \(session(of: "Cem")));"),
        BrokenInvariant(
            "claim_superfluous", ["Bea"],
            """
            UPDATE free_session_claim SET session_id = \(session(of: "Bea")) WHERE session_id = \(session(of: "Ana"));
            """),
    ]

    private static let events = [
        BrokenInvariant(
            "session_events", ["Ana"],
            withoutTriggers("UPDATE session SET source = 'web' WHERE id = \(session(of: "Ana"));")),
        BrokenInvariant(
            "event_order", ["Eva"],
            withoutTriggers(
                """
                UPDATE event SET after = after || '{"station": 7}'
                WHERE subject = 'session' AND action = 'insert' AND subject_id = \(session(of: "Eva"));
                """)),
        BrokenInvariant(
            "session_events", ["Eva"],
            withoutTriggers(
                """
                DELETE FROM event
                WHERE subject = 'session' AND action = 'insert' AND subject_id = \(session(of: "Eva"));
                """)),
        BrokenInvariant(
            "session_events", ["Ana"],
            withoutTriggers("DELETE FROM event WHERE subject = 'session' AND subject_id = \(session(of: "Ana"));")),
        BrokenInvariant(
            "event_order", [],
            withoutTriggers(
                """
                INSERT INTO event (actor, subject, subject_id, action, after) VALUES ('admin', 'client', 999, 'insert', '{}');
                """)),
        BrokenInvariant(
            "client_events", [], withoutTriggers("UPDATE client SET name = 'Zoe' WHERE name = 'Dan';")),
        BrokenInvariant("client_events", [], withoutEvents(of: "client", client("Ana"))),
        BrokenInvariant(
            "client_events", [],
            withoutTriggers(
                "INSERT INTO client (name, email, email_key) VALUES ('Fay', 'fay@example.com', 'fay@example.com');")),
        BrokenInvariant("other_events", [], withoutEvents(of: "studio", "1")),
        BrokenInvariant(
            "other_events", [], withoutEvents(of: "trainer", "(SELECT id FROM trainer WHERE handle = 'maria')")),
        BrokenInvariant("other_events", [], withoutEvents(of: "hours_season", "1")),
        BrokenInvariant("other_events", [], withoutEvents(of: "hours", "1")),
        BrokenInvariant(
            "other_events", [],
            withoutEvents(
                of: "consent", "(SELECT id FROM consent WHERE client_id = \(client("Ana")) AND scope = 'session')")),
        BrokenInvariant(
            "other_events", [],
            withoutTriggers(
                """
                INSERT INTO suppression (channel, address, reason, at, actor)
                VALUES ('email', 'zoe@example.com', 'complaint', now(), 'admin');
                """)),
        BrokenInvariant(
            "other_events", [], withoutTriggers("UPDATE trainer SET daily_limit = 3 WHERE handle = 'maria';")),
        BrokenInvariant(
            "other_events", [],
            withoutTriggers(
                "UPDATE consent SET granted = false WHERE client_id = \(client("Ana")) AND scope = 'session';")),
        BrokenInvariant(
            "other_events", [],
            withoutTriggers("DELETE FROM consent WHERE client_id = \(client("Ana")) AND scope = 'session';")),
        BrokenInvariant(
            "other_events", [], withoutTriggers("UPDATE hours SET weekday = 7 WHERE weekday = 1 AND season_id = 1;")),
        BrokenInvariant("other_events", [], withoutTriggers("DELETE FROM hours WHERE weekday = 3 AND season_id = 1;")),
        BrokenInvariant(
            "other_events", [], withoutTriggers("UPDATE hours_season SET valid_until = '2030-01-01' WHERE id = 1;")),
    ]

    private static let references = [
        BrokenInvariant(
            "orphans", [],
            withoutTriggers(
                "UPDATE message SET run_id = 999 WHERE rule = 'confirmation' AND session_id = \(session(of: "Ana"));")),
        BrokenInvariant(
            "orphans", [],
            """
            ALTER TABLE consent DROP CONSTRAINT consent_client_exists;
            INSERT INTO consent (client_id, channel, scope, granted, at, how, actor)
            VALUES (999, 'email', 'session', true, now(), 'test', 'admin');
            """),
        BrokenInvariant(
            "job_lease", [],
            """
            INSERT INTO job (queue, kind, payload, priority, max_attempts, token, runner, claimed_at)
            VALUES ('default', 'test', '{}', 2, 1, 1, 999, now() - interval '1 hour');
            """),
    ]

    private static let messages = [
        BrokenInvariant("ledger_missing", ["Ana"], without("confirmation", of: "Ana")),
        BrokenInvariant("ledger_missing", ["Cem"], without("cancelled", of: "Cem")),
        BrokenInvariant("ledger_missing", ["Dan"], without("attended", of: "Dan")),
        BrokenInvariant("ledger_missing", ["Eva"], without("rescheduled", of: "Eva")),
        BrokenInvariant("ledger_missing", ["Ana"], without("one-day", of: "Ana")),
        BrokenInvariant(
            "ledger_overdue", ["Ana"],
            """
            UPDATE message SET status = 'queued', sent_at = NULL, due_at = '2026-11-30 11:40-08'
            WHERE rule = 'confirmation' AND session_id = \(session(of: "Ana"));
            """),
        BrokenInvariant(
            "attempt_abandoned", ["Ana"],
            """
            UPDATE message SET status = 'attempting', sent_at = NULL
            WHERE rule = 'confirmation' AND session_id = \(session(of: "Ana"));
            """),
        BrokenInvariant(
            "sent_after_cancellation", ["Cem"],
            """
            UPDATE message SET attempted_at = '2100-01-01', sent_at = '2100-01-01', status = 'sent', reason = NULL
            WHERE rule = 'confirmation' AND session_id = \(session(of: "Cem"));
            """),
        BrokenInvariant(
            "sent_twice", ["Ana"],
            """
            ALTER TABLE message DROP CONSTRAINT message_once;
            INSERT INTO message (session_id, studio_id, rule, channel, revision, status, due_at, attempts, attempted_at, sent_at)
            SELECT session_id, studio_id, rule, channel, revision, status, due_at, attempts, attempted_at, sent_at
            FROM message WHERE rule = 'confirmation' AND session_id = \(session(of: "Ana"));
            """),
    ]

    private static func without(_ rule: String, of client: String) -> String {
        withoutTriggers("DELETE FROM message WHERE rule = '\(rule)' AND session_id = \(session(of: client));")
    }
}
