import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("Erasures and bookings at the same time")
struct ErasureRaceTests {
    @Test("rejects a session inserted by SQL while the free session of its contact is erased")
    func claimed() async throws {
        try await withBookingFixture { fixture in
            try await fixture.addAttendedSession()
            let booking = try await fixture.database.transaction { connection in
                try await connection.query(Self.erasure)
                let booking = Task { try await fixture.insertSessionOfBen(named: "email:ana@example.com") }
                try await wait(until: "the session waits for the erased claim") {
                    try await fixture.count(
                        "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
                }
                return booking
            }
            let error = await #expect(throws: PostgresError.self) { try await booking.value }
            #expect(error?.sqlState == "40001")
            #expect(try await fixture.count("session") == 1)
            // Repeated, it finds the hash.
            let repeated = await #expect(throws: PostgresError.self) {
                try await fixture.insertSessionOfBen(named: "email:ana@example.com")
            }
            #expect(repeated?.constraint == "forgotten_free_session")
        }
    }

    @Test("locks all contacts of the person, also former ones")
    func locked() async throws {
        try await withBookingFixture { fixture in
            try await fixture.addAttendedSession()
            let present = try EmailAddress("ana.lima@example.com")
            _ = try await fixture.administration.edit(client: .email(try EmailAddress("ana@example.com"))) {
                $0.email = present
            }
            try await fixture.database.transaction { connection in
                try await connection.query(Self.erasure)
                for contact in ["email:ana@example.com", "email:ana.lima@example.com"] {
                    let isFree = try await fixture.database.query(
                        "SELECT pg_try_advisory_xact_lock(lock_key(\(contact)))"
                    ).decode(Bool.self)
                    #expect(isFree == [false], "\(contact)")
                }
            }
        }
    }

    /// Erases the only client, with the unkeyed hashes of the contacts.
    private static let erasure: SQL = """
        SELECT erased.*
        FROM client
        CROSS JOIN LATERAL erase_client(
            client.id, '2027-02-01Z', names_to_hash(client.id),
            ARRAY(SELECT encode(sha256(name::bytea), 'hex') FROM unnest(names_to_hash(client.id)) AS name)) AS erased
        """
}

extension BookingFixture {
    /// Adds a studio, a trainer and an attended session of ana@example.com.
    fileprivate func addAttendedSession() async throws {
        let studio = try await addStudio()
        try await addTrainer()
        let session = try await book(studio, "2027-01-05 10:00", for: "ana@example.com")
        _ = try await desk.close(session.reference, as: .attended)
    }

    /// Inserts a session of a new client on the day after the only session, as a program that takes no locks.
    fileprivate func insertSessionOfBen(named contact: String) async throws {
        try await database.transaction(attempts: 1) { connection in
            try await connection.query(
                """
                SELECT set_config(
                    'intro.contact_hashes',
                    (SELECT jsonb_object_agg(name, encode(sha256(name::bytea), 'hex'))::text
                     FROM unnest(ARRAY[\(contact), 'phone:+14155550123']) AS name),
                    true)
                """)
            try await connection.query("INSERT INTO client (name, phone) VALUES ('Ben', '+14155550123')")
            try await connection.query(
                """
                INSERT INTO session (
                    reference, studio_id, trainer_id, client_id, named_contacts, station, starts_at, ends_at, occupied)
                SELECT '00000000', s.studio_id, s.trainer_id, client.id, ARRAY[\(contact)], s.station,
                       s.starts_at + interval '1 day', s.ends_at + interval '1 day',
                       tstzrange(lower(s.occupied) + interval '1 day', upper(s.occupied) + interval '1 day')
                FROM session AS s
                JOIN client ON client.name = 'Ben'
                """)
        }
    }
}
