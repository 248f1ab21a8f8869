import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("dumps that are restored on another server")
struct DumpedDatabaseTests {
    @Test("setup creates the missing roles and grants their privileges")
    func roles() async throws {
        try await withRestoredStudio { studio, reference in
            let check = try await studio.intro("setup", "--check", "--json")
            #expect(check.exit == 78 && check.error?.message.contains("PUBLIC EXECUTE function") == true)

            #expect(try await studio.answer("setup")["missing_roles"] == nil)
            try await studio.database.query("CREATE ROLE desk LOGIN IN ROLE intro_service")
            let desk = studio.reached(by: studio.conninfo + " user=desk")
            #expect(try await desk.answer("show", reference)["reference"]?.text == reference)
            try await desk.answer("book", "--client", "ben@example.com", "--name", "Ben", "--at", "2026-12-01 11:00")
            #expect(try await studio.intro("setup", "--check").exit == 0)
        }
    }

    @Test("setup without CREATEROLE names the statements for an administrator; the next setup grants privileges")
    func ownerWithoutCreateRole() async throws {
        try await withRestoredStudio { studio, reference in
            let name = try await studio.database.query("SELECT current_database()").decode(String.self)[0]
            try await studio.database.query("CREATE ROLE chain LOGIN")
            try await studio.database.query("ALTER DATABASE \(unsafeSQL: name) OWNER TO chain")
            try await studio.database.query("ALTER SCHEMA public OWNER TO chain")
            try await studio.database.query("\(unsafeSQL: Self.giveToChain)")
            let owner = studio.reached(by: studio.conninfo + " user=chain")
            let first = try await owner.intro("setup", "--json")
            #expect(first.exit == 0, "\(first.stderr)")
            #expect(try first.printed["missing_roles"]?.items == ["intro_reader", "intro_service"])
            #expect(first.stderr.contains("let an administrator run `CREATE ROLE intro_reader NOLOGIN;"))
            #expect(try await owner.answer("show", reference)["reference"]?.text == reference)

            // The roles are created later: the service's login works only after the owner's next setup.
            try await studio.database.query("CREATE ROLE intro_service NOLOGIN")
            try await studio.database.query("CREATE ROLE intro_reader NOLOGIN")
            try await studio.database.query("CREATE ROLE desk LOGIN IN ROLE intro_service")
            let desk = studio.reached(by: studio.conninfo + " user=desk")
            let early = try await desk.intro("show", reference)
            #expect(early.exit == 78, "\(early.exit) \(early.stderr)")
            let check = try await owner.intro("setup", "--check", "--json")
            #expect(check.exit == 78)
            #expect(check.error?.message.contains("missing: intro_reader") == true, "\(check.stderr)")
            #expect(try await owner.intro("setup").exit == 0)
            let last = try await owner.intro("setup", "--check", "--json")
            #expect(last.exit == 0, "\(last.stderr)")
            #expect(try await desk.answer("show", reference)["reference"]?.text == reference)
        }
    }

    @Test("the schema of an owner without superuser rights passes its check, also after a repair")
    func ordinaryOwner() async throws {
        try await withEmptyStudio(home: "/") { studio in
            let name = try await studio.database.query("SELECT current_database()").decode(String.self)[0]
            for statement in [
                "CREATE ROLE chain LOGIN", "CREATE ROLE intro_service", "CREATE ROLE intro_reader",
                "ALTER DATABASE \(name) OWNER TO chain",
            ] {
                try await studio.database.query("\(unsafeSQL: statement)")
            }
            let owner = studio.reached(by: studio.conninfo + " user=chain")
            #expect(try await owner.intro("setup").exit == 0)
            let check = try await owner.intro("setup", "--check")
            #expect(check.exit == 0, "\(check.stderr)")
            try await studio.database.query("DROP FUNCTION open_slots CASCADE")
            #expect(try await owner.intro("setup").exit == 0)
            let last = try await owner.intro("setup", "--check")
            #expect(last.exit == 0, "\(last.stderr)")
        }
    }

    /// Makes `chain` the owner of all objects of the schema.
    private static let giveToChain = """
        DO $$
        DECLARE
            v_object text;
        BEGIN
            FOR v_object IN
                SELECT format('TABLE %s', oid::regclass) FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                UNION ALL
                SELECT format('SEQUENCE %s', c.oid::regclass) FROM pg_class AS c
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
                  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('a', 'i'))
                UNION ALL
                SELECT format('FUNCTION %s', p.oid::regprocedure) FROM pg_proc AS p
                WHERE pronamespace = 'public'::regnamespace
                  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
                UNION ALL
                SELECT format('TYPE %s', t.oid::regtype) FROM pg_type AS t
                WHERE typnamespace = 'public'::regnamespace AND typtype = 'r'
            LOOP
                EXECUTE 'ALTER ' || v_object || ' OWNER TO chain';
            END LOOP;
        END
        $$
        """

    /// Runs a test with a studio that was dumped on one server and restored on a new one, which has no roles of Intro.
    private func withRestoredStudio(_ body: (_ studio: Studio, _ reference: String) async throws -> Void) async throws {
        try await Studio.with { original in
            let reference = try await original.reference("Ana", at: "2026-12-01 09:00")
            let dump = "\(original.home)/studio.dump"
            try await run("pg_dump", "--format=custom", "--file=\(dump)", original.conninfo)
            try await withEmptyStudio(home: original.home) { studio in
                try await run("pg_restore", "--no-owner", "--no-privileges", "--dbname=\(studio.conninfo)", dump)
                try await body(studio, reference)
            }
        }
    }

    /// Runs a test with an empty database on a server of its own, which has none of Intro's roles.
    private func withEmptyStudio(home: String, _ body: (Studio) async throws -> Void) async throws {
        let server = try await TestServer.start()
        let test = try await TestDatabase.make(on: server)
        let database = Database(.init(conninfo: test.conninfo), logger: .silent)
        try await body(Studio(database: database, conninfo: test.conninfo, home: home))
        await database.close()
        try await server.stop()
    }

    private func run(_ program: String, _ arguments: String...) async throws {
        let result = try await IntroBinary.run(arguments, binary: "/usr/bin/\(program)")
        try #require(result.exit == 0, "\(program): \(result.stderr)")
    }
}
