import Booking
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@testable import BookingStore

/// The statements themselves are run, and the server's own counters tell how it read the large tables.
@Suite("On large tables")
struct QueryPlanTests {
    @Test("schedule, agenda, requests, people and slots are found by index")
    func frontDesk() async throws {
        try await withLargeBooks { books, studio, maria in
            let (from, until) = (Books.now, Books.now + 7 * 86_400)
            let (email, phone) = (try EmailAddress("client-1234@example.com"), try PhoneNumber(e164: "+14155001234"))
            let reference = try Reference("000004D2")
            var contacts = Contacts()
            contacts.add(email)
            contacts.add(phone)
            let person = contacts
            try await books.expectIndexes("schedule") {
                _ = try await SessionRepository($0).all(of: maria.id, from: from, until: until)
            }
            let dates = studio.clock.date(of: from)...studio.clock.date(of: until)
            try await books.expectIndexes("schedule by date") {
                _ = try await SessionRepository($0).all(of: maria.id, on: dates)
            }
            try await books.expectIndexes("affected") {
                _ = try await SessionRepository($0).affected(at: studio.id, from: until, until: until + 86_400)
            }
            try await books.expectIndexes("left outside hours") {
                _ = try await SessionRepository($0).outsideHours(of: maria.id, at: studio.id, after: from)
            }
            try await books.expectIndexes("agenda") {
                _ = try await SessionRepository($0).all(at: studio.id, from: from, until: from + 86_400)
            }
            try await books.expectIndexes("slots") {
                _ = try await SlotRepository($0).open(at: studio, from: from, until: until, now: from, limit: 20)
            }
            try await books.expectIndexes("candidates") {
                _ = try await SlotRepository($0).candidates(at: studio, with: maria.id, start: from + 86_400, now: from)
            }
            try await books.expectIndexes("station") {
                try await $0.query(
                    "SELECT free_station(\(studio.id.value), tstzrange(\(from), \(from) + interval '30 minutes'))")
            }
            try await books.expectIndexes("one session's reminders") {
                _ = try await SessionRepository($0).planAndRead(Session.ID(1), now: from)
            }
            try await books.expectIndexes("facts") {
                _ = try await SlotRepository($0).facts(at: studio, with: nil, start: from, now: from)
            }
            try await books.expectIndexes("reference") { _ = try await SessionRepository($0).named(reference) }
            try await books.expectIndexes("request") { _ = try await SessionRepository($0).made(by: "request 1234") }
            try await books.expectIndexes("visits") {
                _ = try await SessionRepository($0).visits(of: person, now: from)
            }
            try await books.expectIndexes("e-mail") { _ = try await ClientRepository($0).matching(.email(email)) }
            try await books.expectIndexes("phone") { _ = try await ClientRepository($0).matching(.phone(phone)) }
        }
    }

    @Test("the ledger, and what is due, are found by index")
    func reminders() async throws {
        try await withLargeBooks { books, _, _ in
            let (from, reference) = (Books.now, try Reference("000004D2"))
            try await books.expectIndexes("ledger") {
                _ = try await LedgerRepository($0).entries(of: reference, status: nil)
            }
            try await books.expectIndexes("due") {
                _ = try await DeliveryRepository($0).countDue(by: .email, until: from, now: from, limit: 100)
            }
            try await books.expectIndexes("claim") {
                let run = try await DeliveryRepository($0).openRun(actor: "test")
                _ = try await DeliveryRepository($0).take(run, by: .email, until: from, now: from, limit: 100)
            }
            try await books.expectIndexes("account") {
                _ = try await LedgerRepository($0).account(of: reference, now: from)
            }
            try await books.expectIndexes("what a session's messages wait for") {
                _ = try await LedgerRepository($0).judgedEntries(of: reference, status: nil, now: from)
            }
            try await books.expectIndexes("what the messages written last wait for") {
                _ = try await LedgerRepository($0).judgedEntries(of: nil, status: nil, limit: 100, now: from)
            }
            try await books.expectIndexes("failed and unknown") {
                _ = try await DeliveryRepository($0).countTrouble(since: from)
            }
            try await books.expectIndexes("sweep") { _ = try await DeliveryRepository($0).sweep() }
            try await books.expectIndexes("plan") { try await DeliveryRepository($0).plan(until: from, now: from) }
        }
    }

    @Test("a message that waits for its session is looked at each minute by index, and written once only")
    func blocked() async throws {
        try await withLargeBooks { books, studio, maria in
            try await books.database.query(
                """
                INSERT INTO time_off (trainer_id, during) VALUES (\(maria.id.value), '[2027-01-01, 2027-03-01)')
                """)
            try await books.database.query(
                """
                INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
                SELECT id, studio_id, 'one-day', 'email', 1, \(Books.now)
                FROM session
                WHERE trainer_id = \(maria.id.value) AND starts_at > \(Books.now)
                """)
            let taken = try await books.database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                let run = try await ledger.openRun(actor: "test")
                return try await ledger.take(run, by: .email, until: Books.now, now: Books.now, limit: 10_000).blocked
            }
            #expect(taken > 500)
            try await books.expectIndexes("release") {
                try await DeliveryRepository($0).plan(until: Books.now, now: Books.now)
            }
            let waiting = try await books.database.query(
                "SELECT count(*) FROM message WHERE reason = 'trainer_away' AND wait_until > \(Books.now)"
            ).decode(Int.self)
            #expect(waiting == [taken])
        }
    }

    @Test("planning reads the sessions that may be due, not all that are to come")
    func planning() async throws {
        try await withLargeBooks { books, _, _ in
            // The first plans are for the binds at hand, the later ones for any.
            for _ in 0..<7 {
                let read = try await books.database.transaction { connection in
                    let before = try await fetchedSessions(on: connection)
                    try await DeliveryRepository(connection).plan(until: Books.now, now: Books.now)
                    return try await fetchedSessions(on: connection) - before
                }
                #expect(read < 3000, "1,500 may be due, and what is planned is read once more; 6,000 are to come")
            }
        }
    }

    private func fetchedSessions(on connection: Connection) async throws -> Int64 {
        try await connection.query("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'session'")
            .decode(Int64.self)[0]
    }

    @Test("what a booking asks is planned for the first few bookings only")
    func keptStatements() async throws {
        try await withLargeBooks { books, studio, maria in
            let slots = try await books.database.withConnection {
                try await SlotRepository($0).open(
                    at: studio, with: maria.id, from: Books.now + 86_400, until: Books.now + 20 * 86_400,
                    now: Books.now, limit: 12)
            }
            try #require(slots.count == 12)
            for (number, slot) in slots.enumerated() {
                try await books.book(studio, slot.localStart, for: "new-\(number)@example.com", with: maria)
            }
            // PostgreSQL plans a prepared statement five times before it judges what a plan for any values costs.
            let planned = try await books.database.query(
                "SELECT statement FROM pg_prepared_statements WHERE custom_plans > 5 AND statement <> ''"
            ).decode(String.self)
            #expect(planned == [])
        }
    }

    @Test("a function that reads tables keeps its plan")
    func keptPlans() async throws {
        try await withBooks { books in
            // One in SQL that returns a value is planned anew in every statement that calls it.
            let planned = try await books.database.query(
                """
                SELECT proname::text
                FROM pg_proc
                JOIN pg_language AS language ON language.oid = prolang
                WHERE pronamespace = 'public'::regnamespace
                  AND lanname = 'sql'
                  AND NOT proretset
                  AND prosrc ~ 'FROM'
                """
            ).decode(String.self)
            #expect(planned == [])
        }
    }

    @Test("a function that writes leaves the plans of foreign keys alone")
    func foreignKeys() async throws {
        try await withBooks { books in
            // What such a function sets counts for them, too: they would be planned anew for every row. Those of the jobs
            // write tables without foreign keys.
            let keysOfJobs = try await books.database.query(
                "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'job%'"
            ).decode(String.self)
            #expect(keysOfJobs == [])
            let forcing = try await books.database.query(
                """
                SELECT proname::text
                FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace
                  AND provolatile = 'v'
                  AND proname !~ 'job|claim_suspect'
                  AND array_to_string(proconfig, ' ') LIKE '%plan_cache_mode%'
                """
            ).decode(String.self)
            #expect(forcing == [])
        }
    }

    @Test("our connections do without just-in-time compilation")
    func jit() async throws {
        try await withBooks { books in
            let jit = try await books.database.query("SHOW jit").decode(String.self)
            #expect(jit == ["off"])
        }
    }

    /// Books with 60,000 sessions of as many clients, 20 a day with each of ten trainers, over ten months.
    private func withLargeBooks(_ body: (Books, Studio, Trainer) async throws -> Void) async throws {
        try await withBooks(connections: 1) { books in
            let studio = try await books.openStudio { $0.offer.stations = 10 }
            let maria = try await books.engage("maria", hours: "daily 00:00-24:00")
            for number in 2...10 { try await books.engage("trainer-\(number)", hours: "daily 00:00-24:00") }
            try await books.fill()
            try await body(books, studio, maria)
        }
    }
}

extension Books {
    /// Expects that some work reads no large table from end to end.
    fileprivate func expectIndexes(
        _ name: Comment, sourceLocation: SourceLocation = #_sourceLocation,
        _ work: @Sendable (Connection) async throws -> Void
    ) async throws {
        // A statement that is run often may get a plan for any binds: that one must be good as well.
        for _ in 0..<7 {
            let scanned = try await database.transaction { connection in
                let before = try await scans(on: connection)
                try await work(connection)
                return try await scans(on: connection).filter { $0.value > before[$0.key] ?? 0 }.keys.sorted()
            }
            #expect(scanned == [], name, sourceLocation: sourceLocation)
        }
    }

    private func scans(on connection: Connection) async throws -> [String: Int64] {
        let counters = try await connection.query(
            """
            SELECT relname::text, coalesce(seq_scan, 0)
            FROM pg_stat_xact_user_tables
            WHERE relname IN ('session', 'message', 'client', 'free_session_claim')
            """)
        return Dictionary(uniqueKeysWithValues: try counters.decode((String, Int64).self))
    }

    /// Writes the past of some months, without what watches over rows that people write.
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
