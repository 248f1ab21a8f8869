import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

/// Tests of rules that the database enforces for every client, including psql.
@Suite("Database invariants")
struct DatabaseInvariantTests {
    @Test("rejects an overlapping session by the constraint of the trainer, station, client or contact")
    func overlaps() async throws {
        // The first session is from 10:00 to 10:20, with turnaround until 10:30: trainer 1, station 1, client 1.
        let entries = [
            ("session_trainer_free", SessionRow(client: 2, trainer: 1, station: 2, from: "10:10", until: "10:30")),
            ("session_trainer_free", SessionRow(client: 2, trainer: 1, station: 2, from: "10:25", until: "10:45")),
            ("session_trainer_free", SessionRow(client: 2, trainer: 1, station: 2, from: "09:35", until: "09:55")),
            ("session_station_free", SessionRow(client: 2, trainer: 2, station: 1, from: "10:29", until: "10:49")),
            ("session_client_free", SessionRow(client: 1, trainer: 2, station: 2, from: "10:19", until: "10:39")),
            (
                "one_free_session_per_person",
                SessionRow(client: 1, trainer: 2, station: 2, from: "12:00", until: "12:20")
            ),
            // Client 3 has another e-mail address, and the phone number of client 1.
            (
                "one_free_session_per_person",
                SessionRow(client: 3, trainer: 2, station: 2, from: "12:00", until: "12:20")
            ),
        ]
        try await withPeople { fixture in
            try await fixture.insert(SessionRow(client: 1, trainer: 1, station: 1, from: "10:00", until: "10:20"))
            for (constraint, entry) in entries {
                let error = await #expect(throws: PostgresError.self, "\(entry)") { try await fixture.insert(entry) }
                #expect(error?.constraint == constraint, "\(entry)")
            }
        }
    }

    @Test("accepts adjacent sessions, and sessions that overlap a cancelled one")
    func neighbours() async throws {
        try await withPeople { fixture in
            try await fixture.insert(SessionRow(client: 1, trainer: 1, station: 1, from: "10:00", until: "10:20"))
            try await fixture.insert(SessionRow(client: 2, trainer: 1, station: 1, from: "10:30", until: "10:50"))
            try await fixture.database.query("UPDATE session SET status = 'cancelled'")
            try await fixture.insert(SessionRow(client: 3, trainer: 1, station: 1, from: "10:10", until: "10:30"))
        }
    }

    @Test("rejects a session with values that are not valid")
    func nonsense() async throws {
        let changes = [
            ("session_runs_forward", "ends_at = starts_at"),
            ("session_occupies_its_time", "occupied = tstzrange(starts_at, ends_at - interval '1 minute')"),
            ("session_occupies_its_time", "occupied = tstzrange(starts_at, ends_at, '[]')"),
            ("session_status_is_known", "status = 'late'"),
            ("session_station_is_counted", "station = 0"),
            ("session_revision_is_counted", "revision = 0"),
            ("session_reference_is_crockford", "reference = 'ILOU0000'"),
            ("session_waiver_has_a_reason", "waived = true"),
        ]
        try await withPeople { fixture in
            try await fixture.insert(SessionRow(client: 1, trainer: 1, station: 1, from: "10:00", until: "10:20"))
            for (constraint, change) in changes { await fixture.expect(constraint, "UPDATE session SET \(change)") }
        }
    }

    @Test("rejects changes of a session in a final state", arguments: ["attended", "no_show", "cancelled"])
    func final(status: String) async throws {
        try await withPeople { fixture in
            try await fixture.insert(SessionRow(client: 1, trainer: 1, station: 1, from: "10:00", until: "10:20"))
            try await fixture.database.query("UPDATE session SET status = \(status)")
            for change in [
                "status = 'booked'", "starts_at = starts_at - interval '1 hour'", "trainer_id = 2", "client_id = 2",
                "revision = 2", "waived = true, override_reason = 'a second one'", "station = 2",
            ] {
                await fixture.expect("session_stays_final", "UPDATE session SET \(change)")
            }
        }
    }

    @Test("accepts a correction of the named session with a reason, and no other change with it")
    func corrected() async throws {
        try await withPeople { fixture in
            try await fixture.insert(SessionRow(client: 1, trainer: 1, station: 1, from: "10:00", until: "10:20"))
            try await fixture.insert(SessionRow(client: 2, trainer: 2, station: 2, from: "10:00", until: "10:20"))
            try await fixture.database.query("UPDATE session SET status = 'no_show'")
            let ids = try await fixture.database.query("SELECT id FROM session ORDER BY id").decode(Int64.self)
            func correct(_ change: String, of id: Int64, reason: String = "wrong client") async throws {
                try await fixture.database.transaction { connection in
                    _ = try await connection.query(
                        """
                        SELECT set_config('intro.correction', \(String(ids[0])), true),
                               set_config('intro.reason', \(reason), true)
                        """)
                    try await connection.query("UPDATE session SET \(unsafeSQL: change) WHERE id = \(id)")
                }
            }
            for (change, id, reason) in [
                ("status = 'booked'", ids[1], "wrong client"), ("status = 'booked'", ids[0], ""),
                ("status = 'cancelled'", ids[0], "wrong client"), ("station = 2", ids[0], "wrong client"),
                ("status = 'booked', trainer_id = 2", ids[0], "wrong client"),
                ("status = 'booked', starts_at = starts_at - interval '1 hour'", ids[0], "wrong client"),
            ] {
                let error = await #expect(throws: PostgresError.self, "\(change)") {
                    try await correct(change, of: id, reason: reason)
                }
                #expect(error?.constraint == "session_stays_final", "\(change)")
            }
            try await correct("status = 'attended', station = 1", of: ids[0])
            await fixture.expect("session_stays_final", "UPDATE session SET status = 'booked' WHERE id = \(ids[0])")
        }
    }

    @Test("rejects changes of the event log")
    func appendOnly() async throws {
        try await withPeople { fixture in
            for statement in ["UPDATE event SET actor = 'x'", "DELETE FROM event", "TRUNCATE event"] {
                await fixture.expect("event_is_append_only", statement)
            }
        }
    }
}

/// The values of a row of `session`, all on the same day.
struct SessionRow: Sendable {
    let client: Int64
    let trainer: Int32
    let station: Int16
    let from: String
    let until: String
}

/// Runs a test with a database with two trainers and three clients, all numbered from 1.
private func withPeople(_ body: (BookingFixture) async throws -> Void) async throws {
    try await withBookingFixture(connections: 1) { fixture in
        try await fixture.addStudio { $0.offer.stations = 2 }
        try await fixture.addTrainer("maria")
        try await fixture.addTrainer("james")
        try await fixture.database.query(
            """
            INSERT INTO client (name, email, email_key, phone)
            VALUES ('Ana', 'ana@example.com', 'ana@example.com', '+14155550132'),
                   ('Ben', 'ben@example.com', 'ben@example.com', '+14155550133'),
                   ('Ana again', 'ana@example.org', 'ana@example.org', '+14155550132')
            """)
        try await body(fixture)
    }
}

extension BookingFixture {
    fileprivate func insert(_ entry: SessionRow) async throws {
        let reference = Reference.random().code
        let (from, until) = ("2027-01-05 \(entry.from)Z", "2027-01-05 \(entry.until)Z")
        try await database.query(
            """
            INSERT INTO session (reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied)
            SELECT \(reference), 1, \(entry.trainer), \(entry.client), \(entry.station), starts_at, ends_at,
                   tstzrange(starts_at, ends_at + interval '10 minutes')
            FROM (VALUES (\(from)::text::timestamptz, \(until)::text::timestamptz)) AS time (starts_at, ends_at)
            """)
    }

    /// Expects that a statement violates a constraint.
    fileprivate func expect(_ constraint: String, _ statement: String) async {
        let error = await #expect(throws: PostgresError.self, "\(statement)") {
            try await database.query("\(unsafeSQL: statement)")
        }
        #expect(error?.constraint == constraint, "\(statement)")
    }
}
