import Booking
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@testable import BookingStore

/// Tests that run the statements of bookings on large tables, and check the server's scan counters.
@Suite("Query plans on large tables")
struct QueryPlanTests {
    @Test("reads schedules, agendas, requests, clients and slots by index")
    func frontDesk() async throws {
        try await withLargeDataset { fixture, studio, maria in
            try await expectIndexesForSchedules(fixture, studio, maria)
            try await expectIndexesForSlots(fixture, studio, maria)
            try await expectIndexesForOneSession(fixture)
        }
    }

    private func expectIndexesForSchedules(_ fixture: BookingFixture, _ studio: Studio, _ maria: Trainer) async throws {
        let (from, until) = (BookingFixture.now, BookingFixture.now + 7 * 86_400)
        let dates = studio.clock.date(of: from)...studio.clock.date(of: until)
        try await fixture.expectIndexes("schedule") {
            _ = try await SessionRepository($0).all(of: maria.id, from: from, until: until)
        }
        try await fixture.expectIndexes("schedule by date") {
            _ = try await SessionRepository($0).all(of: maria.id, on: dates)
        }
        try await fixture.expectIndexes("affected") {
            _ = try await SessionRepository($0).affected(at: studio.id, from: until, until: until + 86_400)
        }
        try await fixture.expectIndexes("left outside hours") {
            _ = try await SessionRepository($0).outsideHours(of: maria.id, at: studio.id, after: from)
        }
        try await fixture.expectIndexes("agenda") {
            _ = try await SessionRepository($0).all(at: studio.id, from: from, until: from + 86_400)
        }
    }

    private func expectIndexesForSlots(_ fixture: BookingFixture, _ studio: Studio, _ maria: Trainer) async throws {
        let (from, until) = (BookingFixture.now, BookingFixture.now + 7 * 86_400)
        try await fixture.expectIndexes("slots") {
            _ = try await SlotRepository($0).open(at: studio, from: from, until: until, now: from, limit: 20)
        }
        try await fixture.expectIndexes("candidates") {
            _ = try await SlotRepository($0).candidates(at: studio, with: maria.id, start: from + 86_400, now: from)
        }
        try await fixture.expectIndexes("station") {
            try await $0.query(
                """
                SELECT first_free_station(
                    \(studio.id.value), tstzrange(\(from), \(from) + interval '30 minutes'), \(from))
                """)
        }
        try await fixture.expectIndexes("facts") {
            _ = try await SlotRepository($0).facts(at: studio, with: nil, start: from, now: from)
        }
    }

    private func expectIndexesForOneSession(_ fixture: BookingFixture) async throws {
        let (email, phone) = (try EmailAddress("client-1234@example.com"), try PhoneNumber(e164: "+14155001234"))
        let reference = try Reference("000004D2")
        var contacts = Contacts()
        contacts.add(email)
        contacts.add(phone)
        let person = contacts
        try await fixture.expectIndexes("one session's reminders") {
            _ = try await SessionRepository($0).planAndRead(reference, formerly: nil, now: BookingFixture.now).value()
        }
        try await fixture.expectIndexes("reference") { _ = try await SessionRepository($0).named(reference) }
        try await fixture.expectIndexes("request") {
            _ = try await SessionRepository($0).made(by: "request 1234").value()
        }
        try await fixture.expectIndexes("earlier sessions") {
            _ = try await SessionRepository($0).priorSessions(of: person, now: BookingFixture.now)
        }
        try await fixture.expectIndexes("e-mail") { _ = try await ClientRepository($0).matching(.email(email)) }
        try await fixture.expectIndexes("phone") { _ = try await ClientRepository($0).matching(.phone(phone)) }
    }

    @Test("a search for parts of names, addresses and numbers can use an index")
    func search() async throws {
        try await withLargeDataset { fixture, _, _ in
            try await fixture.database.query("INSERT INTO client (name, phone) VALUES ('Lia Oak', '+12135550142')")
            for text in [
                "client 1234", "cleint 1234", "nt-1234@", "client-1234@example.com", "(415) 500-1234", "500123", "1234",
                "lai oak", "lia oka",
            ] {
                let search = ClientSearch(text, region: try Region("US"), typingErrors: .inShortWords)
                let (found, read) = try await fixture.database.transaction { connection in
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
        try await withLargeDataset { fixture, studio, maria in
            let (from, until) = (BookingFixture.now, BookingFixture.now + 7 * 86_400)
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
                let read = try await fixture.readSessions {
                    let found = try await SessionRepository($0).list(filter, limit: 100)
                    #expect(!found.isEmpty, "\(name)")
                }
                #expect(read < 1500, "\(name): \(read) of 30,000 sessions were read")
            }
        }
    }
}
