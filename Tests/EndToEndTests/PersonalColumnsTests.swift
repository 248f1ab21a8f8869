import Foundation
import Postgres
import Testing

@Suite("columns with personal data")
struct PersonalColumnsTests {
    /// The columns that hold personal data of clients: exported, and erased.
    private static let personal: [String: Set<String>] = [
        "client": [
            "name", "email", "email_key", "phone", "phone_key", "search_key", "guardian", "source", "time_zone",
            "language",
        ],
        "client_note": ["text"],
        "consent": ["how"],
        "session": ["request_id", "named_contacts", "override_reason", "cancel_reason"],
        "change_request": ["request_id"],
        "free_session_claim": ["contact"],
        "message": ["recipient", "subject", "body", "reply", "provider_id", "copy_reason"],
        "channel_refusal": ["words"],
        "inbound_text": ["sender", "body", "reply", "answer", "answer_id", "provider_id"],
        "inbound_mail": ["sender", "subject", "detail", "excerpt"],
        "suppression": ["address", "detail"],
        "hold": ["note", "request_id"],
        "event": ["before", "after", "reason"],
    ]

    /// The other columns of these tables: keys, times, codes, numbers, and the actors, who are staff.
    private static let others: [String: Set<String>] = [
        // The token is a password, and is replaced; the flag is cleared.
        "client": ["id", "created_at", "forgotten_at", "unsubscribe_token", "shares_mailbox"],
        "client_note": ["id", "client_id", "at", "author"],
        "consent": ["id", "client_id", "channel", "scope", "granted", "at", "actor"],
        // Reports count the sources; a source that mentions the client is erased, as are actors.
        "session": [
            "id", "reference", "studio_id", "trainer_id", "client_id", "station", "starts_at", "ends_at", "occupied",
            "status", "waived", "waived_rules", "revision", "booked_at", "arranged_at", "confirmed_at", "cancelled_by",
            "source",
        ],
        "change_request": ["session_id", "action", "changed", "at"],
        "free_session_claim": ["session_id"],
        "message": [
            "id", "session_id", "studio_id", "trainer_id", "rule", "channel", "audience", "revision", "copy", "day",
            "status", "reason", "due_at", "wait_until", "run_id", "attempts", "attempted_at", "sent_at", "delivered_at",
            "former_start",
        ],
        "channel_refusal": ["channel", "sender", "message_id"],
        // The recipient is the studio's own number.
        "inbound_text": [
            "id", "session_id", "received_at", "recipient", "attachments", "action", "answered", "done_at", "done_by",
        ],
        // The digest of the excerpt is replaced.
        "inbound_mail": [
            "id", "session_id", "message_id", "received_at", "kind", "action", "reason", "digest", "done_at", "done_by",
        ],
        "suppression": ["id", "channel", "reason", "at", "actor"],
        "hold": [
            "id", "key", "studio_id", "trainer_id", "session_id", "station", "starts_at", "ends_at", "occupied",
            "status",
            "held_at", "held_by", "expires_at",
        ],
        "event": ["id", "at", "actor", "login", "subject", "subject_id", "studio_id", "action"],
    ]

    /// The tables without personal data of clients.
    ///
    /// The payloads of Intro's jobs are empty, and the errors of jobs contain no bind values.
    private static let withoutClients: Set = [
        "channel_pause", "closed_day", "closure", "contact_hours", "delivery_epoch", "delivery_run", "delivery_sender",
        "hours", "hours_season", "job", "job_cron", "job_dead", "job_period", "job_queue", "job_runner", "lock_salt",
        "reminder_rule", "schema_function", "schema_migration", "schema_release", "studio", "time_off", "trainer",
        // The provider's identifier and status, for a week at most.
        "unmatched_text_status",
        // Keyed hashes; the key is outside the database.
        "forgotten_contact", "forgotten_suppression", "privacy_key",
    ]

    @Test("every column of the schema is listed, as personal data or not")
    func listed() async throws {
        try await Studio.with { studio in
            let columns = try await studio.database.query(
                """
                SELECT table_name::text, column_name::text
                FROM information_schema.columns
                WHERE table_schema = 'public'
                """
            ).decode((String, String).self).filter { !Self.withoutClients.contains($0.0) }
            let listed = Self.personal.merging(Self.others) { $0.union($1) }
            #expect(Dictionary(grouping: columns, by: \.0).mapValues { Set($0.map(\.1)) } == listed)
        }
    }

    @Test("each column with personal data is exported, and erased")
    func exportedAndErased() async throws {
        try await Studio.with { plain in
            let studio = try plain.withPrivacyKey()
            let reference = try await studio.reference("Marked", at: "2026-12-01 09:00")
            try await studio.answer("attend", reference, now: "2026-12-01T12:00:00-08:00")
            let marked = try await Psql.run(Self.marks, on: studio.conninfo)
            try #require(marked.exit == 0, "\(marked.stderr)")
            let export = try await studio.intro("client", "export", "1", now: ForgottenPerson.later)
            try #require(export.exit == 0, "\(export.stderr)")
            for (table, columns) in Self.personal where table != "event" {
                for column in columns.subtracting(["email_key", "phone", "phone_key", "search_key", "language"]) {
                    #expect(export.stdout.lowercased().contains("mark_\(table)_\(column)"), "\(table).\(column)")
                }
            }
            for mark in ["+12135550188", "mark_event_before", "mark_event_after", "mark_event_reason", "\"es\""] {
                #expect(export.stdout.contains(mark), "\(mark)")
            }
            #expect(!export.stdout.contains("+00:00"), "instants are in UTC with the suffix Z")
            #expect(try export.printed["client"]?["id"] == 1)

            try await studio.answer("client", "forget", "1", "--yes", now: ForgottenPerson.later)
            let dump = try await studio.dump()
            let rest = dump.split(separator: "\n").filter { $0.contains("mark_") || $0.contains("2135550188") }
            #expect(rest == [])
            // The newest remaining event of each row equals the row.
            let differing = try await studio.database.query(
                """
                SELECT e.subject || ' ' || e.subject_id
                FROM (SELECT DISTINCT ON (subject, subject_id) * FROM event ORDER BY subject, subject_id, id DESC) AS e
                LEFT JOIN client AS c ON e.subject = 'client' AND c.id = e.subject_id
                LEFT JOIN session AS s ON e.subject = 'session' AND s.id = e.subject_id
                WHERE c.id IS NOT NULL AND e.after <> to_jsonb(c) - 'unsubscribe_token'
                   OR s.id IS NOT NULL AND e.after <> to_jsonb(s)
                """
            ).decode(String.self)
            #expect(differing == [])
        }
    }

    /// Puts a mark into every column that can hold one.
    private static let marks = """
        ALTER TABLE session DISABLE TRIGGER session_stays_final;
        UPDATE client SET name = 'mark_client_name', email = 'mark_client_email@example.com',
            email_key = 'mark_client_email@example.com', phone = '+12135550188', guardian = 'mark_client_guardian',
            source = 'mark_client_source', time_zone = 'mark_client_time_zone0', language = 'es' WHERE id = 1;
        UPDATE session SET request_id = 'mark_session_request_id', override_reason = 'mark_session_override_reason',
            named_contacts = '{email:mark_session_named_contacts}', cancel_reason = 'mark_session_cancel_reason';
        ALTER TABLE session ENABLE TRIGGER session_stays_final;
        UPDATE consent SET how = 'mark_consent_how';
        INSERT INTO client_note (client_id, at, author, text) VALUES (1, now(), 'desk', 'mark_client_note_text');
        INSERT INTO change_request (request_id, session_id, action, changed)
        SELECT 'mark_change_request_request_id', id, 'attend', true FROM session;
        INSERT INTO free_session_claim SELECT 'email:mark_free_session_claim_contact', id FROM session;
        INSERT INTO message (session_id, studio_id, rule, channel, revision, copy, copy_reason, status, due_at, sent_at,
            recipient, subject, body, reply, provider_id)
        SELECT id, studio_id, 'confirmation', 'email', 1, 90, 'mark_message_copy_reason', 'sent', now(), now(),
               'mark_message_recipient', 'mark_message_subject', 'mark_message_body', 'mark_message_reply',
               'mark_message_provider_id' FROM session;
        INSERT INTO channel_refusal (channel, sender, message_id, words)
        SELECT 'email', 'sender', max(id), 'mark_channel_refusal_words' FROM message;
        INSERT INTO inbound_text (received_at, sender, body, action, reply, answer, answer_id, provider_id)
        VALUES (now(), '+12135550188', 'mark_inbound_text_body mark_inbound_text_sender', 'none', 'mark_inbound_text_reply',
                'mark_inbound_text_answer', 'mark_inbound_text_answer_id', 'mark_inbound_text_provider_id');
        INSERT INTO inbound_mail (received_at, kind, excerpt, digest, reason, sender, subject, detail, session_id)
        SELECT now(), 'other', 'mark_inbound_mail_excerpt', sha256('x'), 'not_understood', 'mark_inbound_mail_sender',
               'mark_inbound_mail_subject', 'mark_inbound_mail_detail', id FROM session;
        INSERT INTO suppression (channel, address, reason, detail, at, actor)
        VALUES ('email', 'mark_client_email@example.com', 'manual', 'mark_suppression_address mark_suppression_detail',
                now(), 'desk');
        INSERT INTO hold (key, request_id, studio_id, trainer_id, session_id, station, starts_at, ends_at, occupied, note,
            held_at, held_by, expires_at, status)
        SELECT 'AAAA2222', 'mark_hold_request_id', studio_id, trainer_id, id, 1, starts_at, ends_at, occupied,
               'mark_hold_note', now(), 'desk', now() + interval '1 minute', 'released' FROM session;
        INSERT INTO event (actor, reason, subject, subject_id, action, before, after)
        VALUES ('desk', 'mark_event_reason', 'client', 1, 'update', '{"name": "mark_event_before"}',
                '{"guardian": "mark_event_after"}');
        -- The client's newest event is the row again.
        UPDATE client SET source = 'mark_client_source again' WHERE id = 1;
        """
}
