import Foundation
import MessagingTesting
import Postgres
import Testing

/// A message as Python's mail and calendar libraries read it.
struct Mail: Decodable, Equatable {
    let to: String
    let from: String
    let subject: String
    let types: [String]
    let text: String
    let partMethod: String
    let method: String
    let uid: String
    let sequence: Int
    let starts: String
    let ends: String
    let status: String
    let organizer: String
    let attendee: String
    let rsvp: String

    /// The reason why a test that reads mail is skipped.
    static let canBeRead = InstalledPrograms.pythonHas("icalendar")
    static let reader: Comment = "needs a Python with icalendar; INTRO_TEST_PYTHON names one"

    /// Reads a message.
    init(_ octets: some Sequence<UInt8>) throws {
        self = try Python.run(Self.program, on: octets)
    }

    private static let program = """
        import email, email.policy, icalendar, json, sys
        message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
        parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
        entry = parts["text/calendar"]
        calendar = icalendar.Calendar.from_ical(entry.get_payload(decode=True))
        (event,) = calendar.walk("VEVENT")
        print(json.dumps({
            "to": str(message["To"]), "from": str(message["From"]), "subject": str(message["Subject"]),
            "types": sorted(parts), "text": parts["text/plain"].get_content(),
            "partMethod": entry.get_param("method"), "method": str(calendar["METHOD"]),
            "uid": str(event["UID"]), "sequence": int(event["SEQUENCE"]),
            "starts": event.decoded("DTSTART").isoformat(), "ends": event.decoded("DTEND").isoformat(),
            "status": str(event["STATUS"]), "organizer": str(event["ORGANIZER"]), "attendee": str(event["ATTENDEE"]),
            "rsvp": str(event["ATTENDEE"].params.get("RSVP")) if "ATTENDEE" in event else "",
        }))
        """
}

extension ReceivedMessage {
    /// The Message-ID, which is unique.
    var messageID: String {
        content.matches(of: /(?mi)^Message-ID:\s*(.+)$/).first.map { String($0.1) } ?? ""
    }
}

extension Studio {
    /// The environment that sends mail to a server instead of a folder.
    func mailing(to url: String, connections: Int = 8) -> [String: String] {
        ["INTRO_MAIL_URL": url, "INTRO_MAIL_CONNECTIONS": "\(connections)"]
    }

    /// Books sessions from 2026-12-10 on and queues their confirmations; faster than one process each.
    func bookMany(_ count: Int) async throws {
        try await database.query(
            """
            WITH guest AS (
                INSERT INTO client (name, email, email_key)
                SELECT 'Guest ' || n, 'guest' || n || '@example.com', 'guest' || n || '@example.com'
                FROM generate_series(1, \(Int64(count))) AS n
                RETURNING id
            ),
            turn AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM guest),
            hour AS (
                SELECT id, n, timestamptz '2026-12-10 00:00Z' + make_interval(hours => n::integer) AS starts FROM turn
            ),
            booked AS (
                INSERT INTO session (
                    reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, booked_at,
                    arranged_at)
                SELECT lpad(n::text, 8, '0'), studio.id, trainer.id, hour.id, 1, starts, starts + interval '20 minutes',
                       tstzrange(starts, starts + interval '30 minutes'), '2026-11-30 16:00Z', '2026-11-30 16:00Z'
                FROM hour, studio, trainer
                WHERE trainer.handle = 'maria'
                RETURNING id, studio_id
            )
            INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
            SELECT id, studio_id, 'confirmation', 'email', 1, '2026-11-30 16:00Z' FROM booked
            """)
    }

    /// The number of messages with a status.
    func messages(_ status: String) async throws -> Int64 {
        try await count("message", where: "status = '\(status)'")
    }
}
