import Booking
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@testable import BookingStore

/// Tests that run the statements on large tables, and check the server's scan counters.
@Suite("Query plans on large tables")
struct QueryPlanTests {
    @Test("reads schedules, agendas, requests, clients and slots by index")
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
                    """
                    SELECT first_free_station(
                        \(studio.id.value), tstzrange(\(from), \(from) + interval '30 minutes'), \(from))
                    """)
            }
            try await books.expectIndexes("one session's reminders") {
                _ = try await SessionRepository($0).planAndRead(reference, formerly: nil, now: from).value()
            }
            try await books.expectIndexes("facts") {
                _ = try await SlotRepository($0).facts(at: studio, with: nil, start: from, now: from)
            }
            try await books.expectIndexes("reference") { _ = try await SessionRepository($0).named(reference) }
            try await books.expectIndexes("request") {
                _ = try await SessionRepository($0).made(by: "request 1234").value()
            }
            try await books.expectIndexes("visits") {
                _ = try await SessionRepository($0).priorSessions(of: person, now: from)
            }
            try await books.expectIndexes("e-mail") { _ = try await ClientRepository($0).matching(.email(email)) }
            try await books.expectIndexes("phone") { _ = try await ClientRepository($0).matching(.phone(phone)) }
        }
    }

    @Test("a search for parts of names, addresses and numbers can use an index")
    func search() async throws {
        try await withLargeBooks { books, _, _ in
            for text in [
                "client 1234", "cleint 1234", "nt-1234@", "client-1234@example.com", "(415) 500-1234", "500123", "1234",
            ] {
                let search = ClientSearch(text, region: try Region("US"))
                let (found, read) = try await books.database.transaction { connection in
                    // For 30,000 clients, the planner may choose a sequential scan, which takes 15 ms; for two million
                    // it does not.
                    try await connection.query("SET LOCAL enable_seqscan = off")
                    try await connection.query("SET LOCAL enable_indexscan = off")
                    let before = try await readClients(on: connection)
                    let found = try await ClientRepository(connection).all(matching: search)
                    return (found, try await readClients(on: connection) - before)
                }
                #expect(!found.isEmpty, "\(text)")
                #expect(read < 1000, "\(text): \(read) of 30,000 clients were read")
            }
        }
    }

    private func readClients(on connection: Connection) async throws -> Int64 {
        try await connection.query(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'client'"
        ).decode(Int64.self)[0]
    }

    @Test("lists sessions by the index on studio, trainer or client")
    func lists() async throws {
        try await withLargeBooks { books, studio, maria in
            let (from, until) = (Books.now, Books.now + 7 * 86_400)
            var week = SessionFilter(places: [SessionFilter.Place(studio: studio.id, from: from, until: until)])
            var newest = SessionFilter(places: [SessionFilter.Place(studio: studio.id)])
            let filters = [
                ("a studio's week", week), ("newest", newest),
                (
                    "a trainer's week",
                    {
                        week.trainer = maria.id; return week
                    }()
                ),
                (
                    "a client",
                    {
                        newest.clients = [Client.ID(1234)]; return newest
                    }()
                ),
            ]
            for (name, filter) in filters {
                let read = try await books.readSessions {
                    let found = try await SessionRepository($0).list(filter, limit: 100)
                    #expect(!found.isEmpty, "\(name)")
                }
                #expect(read < 1500, "\(name): \(read) of 30,000 sessions were read")
            }
        }
    }

    @Test("reads the ledger and due messages by index")
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
                _ = try await LedgerRepository($0).history(of: reference, now: from)
            }
            try await books.expectIndexes("what a session's messages wait for") {
                _ = try await LedgerRepository($0).evaluatedEntries(of: reference, status: nil, now: from)
            }
            try await books.expectIndexes("what the messages written last wait for") {
                _ = try await LedgerRepository($0).evaluatedEntries(of: nil, status: nil, limit: 100, now: from)
            }
            try await books.expectIndexes("failed and unknown") {
                _ = try await DeliveryRepository($0).countFailedAndUnknown(since: from)
            }
            try await books.expectIndexes("sweep") { _ = try await DeliveryRepository($0).markAbandonedAsUnknown() }
            try await books.expectIndexes("plan") { _ = try await DeliveryRepository($0).plan(until: from, now: from) }
        }
    }

    @Test("checks blocked messages by index, and keeps them waiting")
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
                _ = try await DeliveryRepository($0).plan(until: Books.now, now: Books.now)
            }
            let waiting = try await books.database.query(
                "SELECT count(*) FROM message WHERE reason = 'trainer_away' AND wait_until > \(Books.now)"
            ).decode(Int.self)
            #expect(waiting == [taken])
        }
    }

    @Test("planning reads only sessions that may have due messages, not all future sessions")
    func planning() async throws {
        try await withLargeBooks { books, _, _ in
            // The first executions use custom plans, later ones may use a generic plan.
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

    @Test("the statements of a booking use generic plans after the first bookings")
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
            // PostgreSQL makes five custom plans of a prepared statement before it considers a generic plan.
            let planned = try await books.database.query(
                "SELECT statement FROM pg_prepared_statements WHERE custom_plans > 5 AND statement <> ''"
            ).decode(String.self)
            #expect(planned == [])
        }
    }

    @Test("no scalar function that reads tables is in SQL, so that plans are cached")
    func keptPlans() async throws {
        try await withBooks { books in
            // A scalar SQL function is planned again in every statement that calls it.
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

    @Test("functions that write do not set plan_cache_mode, which affects foreign key checks")
    func foreignKeys() async throws {
        try await withBooks { books in
            // The setting of a function also applies to foreign key checks, which would be planned again for every row.
            // The functions of the jobs write tables without foreign keys.
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
                  AND proname !~ 'job|rate_limit'
                  AND array_to_string(proconfig, ' ') LIKE '%plan_cache_mode%'
                """
            ).decode(String.self)
            #expect(forcing == [])
        }
    }

    @Test("just-in-time compilation is off")
    func jit() async throws {
        try await withBooks { books in
            let jit = try await books.database.query("SHOW jit").decode(String.self)
            #expect(jit == ["off"])
        }
    }
}

extension Books {
    /// Expects that work makes no sequential scan of a large table.
    fileprivate func expectIndexes(
        _ name: Comment, sourceLocation: SourceLocation = #_sourceLocation,
        _ work: @Sendable (Connection) async throws -> Void
    ) async throws {
        // After several executions a generic plan may be used, which must use the indexes as well.
        for _ in 0..<7 {
            let scanned = try await database.transaction { connection in
                let before = try await scans(on: connection)
                try await work(connection)
                return try await scans(on: connection).filter { $0.value > before[$0.key] ?? 0 }.keys.sorted()
            }
            #expect(scanned == [], name, sourceLocation: sourceLocation)
        }
    }

    /// The largest number of rows of sessions that several executions of some work read.
    fileprivate func readSessions(_ work: @Sendable (Connection) async throws -> Void) async throws -> Int64 {
        var largest: Int64 = 0
        for _ in 0..<7 {
            let read = try await database.transaction { connection in
                let before = try await sessionsRead(on: connection)
                try await work(connection)
                return try await sessionsRead(on: connection) - before
            }
            largest = max(largest, read)
        }
        return largest
    }

    private func sessionsRead(on connection: Connection) async throws -> Int64 {
        try await connection.query(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'session'"
        ).decode(Int64.self)[0]
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
}
