import Booking
import BookingStoreTesting
import Postgres

@testable import BookingStore

/// Runs a test with a database with 30,000 clients, each with one session with one of ten trainers.
func withLargeDataset(_ body: (BookingFixture, Studio, Trainer) async throws -> Void) async throws {
    try await withBookingFixture(connections: 1) { fixture in
        let studio = try await fixture.addStudio { $0.offer.stations = 10 }
        let maria = try await fixture.addTrainer("maria", hours: "daily 00:00-24:00")
        for number in 2...10 { try await fixture.addTrainer("trainer-\(number)", hours: "daily 00:00-24:00") }
        try await fixture.fill()
        try await body(fixture, studio, maria)
    }
}

extension BookingFixture {
    /// Inserts the rows without running triggers.
    fileprivate func fill() async throws {
        try await database.withConnection { connection in
            try await connection.execute(
                script: """
                    SET session_replication_role = replica;
                    INSERT INTO client (name, email, email_key, phone)
                    SELECT 'Client ' || n, 'client-' || n || '@example.com', 'client-' || n || '@example.com',
                           '+1415' || 5000000 + n
                    FROM generate_series(1, 30000) AS n;
                    INSERT INTO session (
                        reference, request_id, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, status)
                    SELECT translate(lpad(to_hex(n), 8, '0'), 'abcdef', 'ABCDEF'), 'request ' || n, 1, trainer, n, trainer,
                           starts_at, starts_at + interval '20 minutes',
                           tstzrange(starts_at, starts_at + interval '30 minutes'),
                           CASE WHEN starts_at > '2027-01-02' THEN 'booked' WHEN n % 10 = 0 THEN 'attended' ELSE 'no_show' END
                    FROM generate_series(1, 30000) AS n,
                         LATERAL (SELECT 1 + n % 10 AS trainer, n / 10 AS number) AS which,
                         LATERAL (
                             SELECT timestamptz '2027-02-01' - number / 20 * interval '1 day'
                                 - number % 20 * interval '1 hour' AS starts_at
                         ) AS time;
                    INSERT INTO message (session_id, studio_id, rule, channel, revision, status, due_at, sent_at)
                    SELECT id, 1, 'confirmation', 'email', 1,
                           CASE WHEN id <= 5000 THEN 'queued' ELSE 'sent' END, starts_at - interval '10 days',
                           CASE WHEN id > 5000 THEN starts_at - interval '10 days' END
                    FROM session;
                    INSERT INTO free_session_claim (contact, session_id)
                    SELECT 'email:client-' || client_id || '@example.com', id
                    FROM session
                    WHERE status IN ('booked', 'attended');
                    SET session_replication_role = origin;
                    ANALYZE client, session, message, free_session_claim;
                    """)
        }
    }
}
