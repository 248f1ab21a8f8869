import Booking
import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import BookingStore
@testable import Schema

@Suite("Upgrade of contact keys")
struct ContactUpgradeTests {
    @Test("computes the same keys as the application, and makes existing clients searchable")
    func keys() async throws {
        let addresses = [
            "Ana.Li-m_a+gym@ProtonMail.com", "ben@pm.me", "_-@proton.me", "cleo.x+y@me.com", "dan@mac.com",
            "eve.x@ya.ru",
            "fay+x@hotmail.co.uk", "gus+x@outlook.fr", "hal+x@live.com.au", "ida+x@hotmail.example", "jo-x@yahoo.com",
            "kim+x@ymail.com", "lou-x@yahoo.co.jp", "gym@max.fastmail.com", "a@b.c.fastmail.com", "ned+x@zoho.com",
            "O.p+q@Example.com", "+r@gmail.com", "r.s+t@googlemail.com", "u_v@gmail.com", "-w@yahoo.com",
        ]
        try await withOldSchema { database in
            for address in addresses {
                try await database.query(
                    "INSERT INTO client (name, email, email_key) VALUES ('Somebody', \(address), \(address.lowercased()))"
                )
            }
            for (name, phone) in [("José Núñez", "+5491123456789"), ("王小明", "+5215512345678"), ("P", "+14155550100")] {
                try await database.query("INSERT INTO client (name, phone) VALUES (\(name), \(phone))")
            }
            try await Schema.apply(to: database)
            let keys = try await database.query("SELECT email_key FROM client WHERE email IS NOT NULL ORDER BY id")
                .decode(String.self)
            let expected = try addresses.map { try EmailAddress($0).matchKey }
            #expect(keys == expected)
            let phones = try await database.query(
                "SELECT phone, phone_key FROM client WHERE phone IS NOT NULL ORDER BY id"
            ).decode((String, String).self)
            #expect(phones.map(\.0) == ["+5491123456789", "+5215512345678", "+14155550100"])
            #expect(phones.map(\.1) == ["+541123456789", "+525512345678", "+14155550100"])
            let us = try Region("US")
            for (text, name) in [("nunez", "José Núñez"), ("+54 11 2345-6789", "José Núñez"), ("小明", "王小明")] {
                let found = try await database.withConnection {
                    try await ClientRepository($0).all(matching: ClientSearch(text, region: us))
                }
                #expect(found.map(\.name) == [name], "\(text)")
            }
        }
    }

    /// Two clients with one mailbox, and two with spellings of one phone number, each with a session and its claims.
    private static let clientsWithOneMailbox =
        """
        INSERT INTO studio (slug, name, time_zone) VALUES ('downtown', 'Downtown', 'UTC');
        INSERT INTO trainer (handle, name, home_studio_id) VALUES ('maria', 'Maria', 1);
        INSERT INTO client (name, email, email_key, phone) VALUES
            ('Ana Lima', 'analima@pm.me', 'analima@pm.me', NULL),
            ('Ana Lima', 'ana.lima@proton.me', 'ana.lima@proton.me', '+14155550100'),
            ('Ben Ode', 'ben@example.com', 'ben@example.com', '+5491123456789'),
            ('Ben Ode', NULL, NULL, '+541123456789');
        INSERT INTO session (
            reference, studio_id, trainer_id, client_id, station, starts_at, ends_at, occupied, named_contacts,
            status)
        SELECT '0000000' || n, 1, 1, n, 1, at, at + interval '20 minutes',
               tstzrange(at, at + interval '30 minutes'),
               CASE n WHEN 2 THEN '{email:ana.lima@proton.me,email:ana-lima@protonmail.com}'::text[] ELSE '{}' END,
               CASE n WHEN 1 THEN 'attended' ELSE 'booked' END
        FROM generate_series(1, 4) AS n, LATERAL (SELECT timestamptz '2027-01-05' + n * interval '1 hour' AS at) AS t;
        INSERT INTO free_session_claim (contact, session_id)
        SELECT 'email:' || email_key, id FROM client WHERE email_key IS NOT NULL
        UNION ALL SELECT 'phone:' || phone, id FROM client WHERE phone IS NOT NULL
        UNION ALL SELECT 'email:ana-lima@protonmail.com', 2;
        """

    @Test("keeps two clients with the same mailbox and their sessions; the claim belongs to the first session")
    func collision() async throws {
        try await withOldSchema { database in
            try await database.withConnection { try await $0.execute(script: Self.clientsWithOneMailbox) }
            // In a database in use, the triggers add a claim for each changed key.
            for name in [
                "phone_match_key", "contact_key", "client_contacts", "write_free_session_claim",
                "extend_free_session_claim",
            ] {
                let function = try #require(SchemaFunction.all.first { $0.name == name })
                try await database.withConnection { try await $0.execute(script: function.script.sql) }
            }
            // At that step, the trigger did not observe the named contacts, which the upgrade changes.
            try await database.query(
                """
                CREATE OR REPLACE TRIGGER session_claims AFTER INSERT OR UPDATE OF status, waived, client_id ON session
                    FOR EACH ROW EXECUTE FUNCTION write_free_session_claim()
                """)
            try await Schema.apply(to: database)
            let claims = try await database.query(
                "SELECT contact || ' ' || session_id FROM free_session_claim ORDER BY contact"
            ).decode(String.self)
            #expect(
                claims == [
                    "email:analima@proton.me 1", "email:ben@example.com 3", "phone:+14155550100 2",
                    "phone:+541123456789 3",
                ])
            let named = try await database.query("SELECT named_contacts FROM session WHERE id = 2").decode(
                [String].self)
            #expect(named == [["email:analima@proton.me"]])
            try await expectBoth(in: database)
        }
    }

    /// Expects that two clients with one mailbox are both found and can be edited.
    ///
    /// No other client can have the mailbox.
    private func expectBoth(in database: Database) async throws {
        let ana = ClientIdentifier.email(try EmailAddress("ana_lima@proton.me"))
        try await database.withConnection { connection in
            let clients = ClientRepository(connection)
            #expect(try await clients.matching(ana).map(\.id.value) == [1, 2])
            #expect(try await clients.sharingMailboxes().map { $0.map(\.id.value) } == [[1, 2]])
            await #expect(throws: InvalidInput.self) { try await clients.one(ana) }
            var contacts = Contacts()
            contacts.add(try EmailAddress("analima@pm.me"))
            let priorSessions = try await SessionRepository(connection).priorSessions(
                of: contacts, now: BookingFixture.now)
            #expect(priorSessions.map(\.owner.value) == [1, 2])
        }
        let administration = Administration(database: database, actor: "test")
        let details = ClientDetails(
            name: try PersonName("Ana"), email: try EmailAddress("a.n.a.lima@protonmail.com"), phone: nil)
        await #expect(throws: Refusal.self) { try await administration.add(details) }
        for number in [1, 2] as [Int64] {
            let edited = try await administration.edit(client: .id(Client.ID(number))) { $0.source = "a friend" }
            #expect(edited.source == "a friend")
        }
        _ = try await administration.edit(client: .id(Client.ID(2))) { $0.email = try EmailAddress("ana@example.com") }
        #expect(try await database.withConnection { try await ClientRepository($0).one(ana) }.id.value == 1)
        #expect(try await database.withConnection { try await ClientRepository($0).sharingMailboxes() }.isEmpty)
    }

    /// Runs a test with a database that has only the schema steps before this upgrade.
    private func withOldSchema(_ body: (Database) async throws -> Void) async throws {
        try await withDatabase { database, _ in
            try await database.withConnection { try await $0.execute(script: Schema.recordTables) }
            for step in Migration.all where step.version < 12 {
                try await database.withConnection { try await $0.execute(script: step.script.sql) }
                try await database.query(
                    """
                    INSERT INTO schema_migration (version, name, checksum)
                    VALUES (\(step.version), \(step.name), \(step.script.checksum))
                    """)
            }
            try await body(database)
        }
    }
}

@Suite("Match keys of contacts")
struct MatchKeyTests {
    private static let phones = [
        ("+5491123456789", "+541123456789"), ("+541123456789", "+541123456789"), ("+5492966234567", "+542966234567"),
        ("+5215512345678", "+525512345678"), ("+525512345678", "+525512345678"), ("+551181234567", "+5511981234567"),
        ("+5511981234567", "+5511981234567"), ("+551134567890", "+551134567890"), ("+551170123456", "+551170123456"),
        ("+39612345678", "+390612345678"), ("+390612345678", "+390612345678"), ("+393401234567", "+393401234567"),
        ("+39800123456", "+39800123456"), ("+390811234567", "+390811234567"), ("+39811234567", "+390811234567"),
        ("+14155550100", "+14155550100"), ("+442079460958", "+442079460958"), ("+54911234567", "+54911234567"),
    ]

    @Test("different forms of a phone number have the same key")
    func phones() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            for (number, key) in Self.phones {
                let keys = try await fixture.database.query(
                    """
                    SELECT phone_match_key(\(number)), phone_match_key(phone_match_key(\(number))),
                           contact_key('phone:' || \(number))
                    """
                ).decode((String, String, String).self)
                #expect(keys.map { [$0.0, $0.1, $0.2] } == [[key, key, "phone:\(key)"]])
            }
        }
    }

    @Test("the search text has no case, accents, apostrophes or punctuation")
    func searchText() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            for (text, folded) in [
                ("José  NÚÑEZ", "jose nunez"), ("Jose\u{301}", "jose"), ("İpek IŞIL ışıl", "ipek isil isil"),
                ("O’Brien", "obrien"),
                ("O´Brien", "obrien"), ("Smith-Jones, Dr.", "smith jones dr"), ("ÆØÅŁẞ ǅ", "aeoalss dz"),
                ("ИВАН Ёлкин", "иван елкин"),
                ("ΑΛΕΞΗΣ Αλέξης", "αλεξησ αλεξησ"), ("ＡＮＡ", "ana"), ("김민수", "김민수"), ("が", "が"), ("%_'", ""),
                ("ana.x+y@pm.me", "ana x y pm me"), ("\u{202A}Ana\u{202C}\u{FEFF}", "ana"), ("👍", "👍"), ("", ""),
                ("ƊAN Ɗan", "dan dan"),
            ] {
                let found = try await fixture.database.query(
                    "SELECT search_text(\(text)), search_text(search_text(\(text)))"
                )
                .decode((String, String).self)
                #expect(found.map { [$0.0, $0.1] } == [[folded, folded]], "\(text)")
            }
        }
    }
}
