import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("Errors", .timeLimit(.minutes(30)))
struct ErrorTests {
    private static let table: SQL = """
        CREATE TABLE client (
            id bigint PRIMARY KEY,
            email text NOT NULL,
            age int,
            CONSTRAINT client_email_key UNIQUE (email),
            CONSTRAINT client_age_check CHECK (age > 0)
        )
        """

    @Test("a violated constraint is reported with its name, table and SQLSTATE")
    func constraint() async throws {
        try await withDatabase { database, _ in
            try await database.query(Self.table)
            try await database.query("INSERT INTO client VALUES (1, \("ada@example.com"), 36)")
            let error = await #expect(throws: PostgresError.self) {
                try await database.query("INSERT INTO client VALUES (2, \("ada@example.com"), 36)")
            }
            #expect(error?.kind == .server)
            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "client_email_key")
            #expect(error?.table == "client")
            #expect(error?.description.contains("23505") == true)
            #expect(error?.description.contains("client_email_key") == true)
        }
    }

    @Test("a missing value is reported with its column")
    func column() async throws {
        try await withDatabase { database, _ in
            try await database.query(Self.table)
            let error = await #expect(throws: PostgresError.self) {
                try await database.query("INSERT INTO client VALUES (1)")
            }
            #expect(error?.sqlState == "23502")
            #expect(error?.column == "email")
            #expect(error?.table == "client")
        }
    }

    @Test("the call site is the caller's line")
    func callSite() async throws {
        try await withSharedDatabase { database in
            let line = #line + 1
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT nonsense") }
            #expect(error?.callSite?.description == "PostgresTests/ErrorTests.swift:\(line)")
            func inTransaction() async throws {
                _ = try await database.transaction { try await $0.query("SELECT nonsense") }
            }
            let inner = #line - 2
            let failure = await #expect(throws: PostgresError.self) { try await inTransaction() }
            #expect(failure?.callSite?.description == "PostgresTests/ErrorTests.swift:\(inner)")
        }
    }

    @Test("neither DETAIL nor a bind appears in an error's description or in the log")
    func redaction() async throws {
        let log = CapturedLog()
        let secret = "ada@example.com"
        try await withDatabase(logger: log.logger) { database, _ in
            try await database.query(Self.table)
            try await database.query("INSERT INTO client VALUES (1, \(secret), 36)")
            let failing: [SQL] = [
                "INSERT INTO client VALUES (2, \(secret), 36)",
                "INSERT INTO client VALUES (3, \(secret + "!"), -1)",
                "INSERT INTO client VALUES (4, NULL, \(secret.utf8.count)) RETURNING \(secret)",
            ]
            for sql in failing {
                let error = await #expect(throws: PostgresError.self) { try await database.query(sql) }
                guard let error else { continue }
                for text in [error.description, String(describing: error), String(reflecting: error), "\(error)"] {
                    #expect(!text.contains("ada@"))
                }
            }
        }
        #expect(!log.text.contains("ada@"))
    }

    @Test("a value that the server's message quotes does not appear in the description")
    func quotedValue() async throws {
        try await withSharedDatabase { database in
            let error = await #expect(throws: PostgresError.self) {
                try await database.query("SELECT \("ada@example.com")::bigint")
            }
            #expect(error?.sqlState == "22P02")
            #expect(error?.description.contains("ada@") == false)
            #expect(error.map { String(reflecting: $0) }?.contains("ada@") == false)
        }
    }

    @Test("the password of the address never appears")
    func password() async throws {
        let log = CapturedLog()
        var configuration = Database.Configuration(
            conninfo: "postgres://intro:swordfish@localhost:1/intro?host=/nonexistent")
        configuration.acquireTimeout = .milliseconds(200)
        configuration.connectTimeout = .seconds(2)
        let database = Database(configuration, logger: log.logger)
        let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
        await database.close()
        #expect(error.map { String(reflecting: $0) }?.contains("swordfish") == false)
        #expect(!log.text.contains("swordfish"))
    }

    @Test("a connection remains usable after an error")
    func goesOn() async throws {
        try await withSharedDatabase(configure: { $0.maximumConnections = 1 }) { database in
            let first = try await database.query("SELECT pg_backend_pid()").decode(Int32.self)
            await #expect(throws: PostgresError.self) { try await database.query("SELECT 1 / \(0)") }
            #expect(try await database.query("SELECT pg_backend_pid()").decode(Int32.self) == first)
        }
    }

    @Test("rejects more binds than PostgreSQL accepts before they are sent")
    func tooManyBinds() async throws {
        try await withSharedDatabase { database in
            func values(_ count: Int) -> SQL {
                "SELECT count(*) FROM (VALUES \(SQL.joined((0..<count).map { "(\($0))" }, separator: ","))) AS v"
            }
            let many = try await database.query(values(5000)).decode(Int64.self)
            #expect(many == [5000])
            let error = await #expect(throws: PostgresError.self) { try await database.query(values(65_536)) }
            #expect(error?.kind == .encoding)
        }
    }

    @Test(
        "rejects COPY, which the client does not support", arguments: ["TO STDOUT", "FROM STDIN"])
    func copy(direction: String) async throws {
        try await withDatabase { database, _ in
            try await database.query("CREATE TABLE t (n int)")
            await #expect(throws: PostgresError.self) { try await database.query("COPY t \(unsafeSQL: direction)") }
            let answer = try await database.query("SELECT 1").decode(Int32.self)
            #expect(answer == [1])
        }
    }

    @Test("an error in a script rolls back the whole script")
    func script() async throws {
        try await withDatabase { database, _ in
            try await database.withConnection { connection in
                try await connection.execute(script: "CREATE TABLE a (n int); INSERT INTO a VALUES (1), (2);")
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.execute(script: "INSERT INTO a VALUES (3); SELECT nonsense;")
                }
                #expect(error?.sqlState == "42703")
                #expect(try await connection.query("SELECT count(*) FROM a").decode(Int64.self) == [2])
            }
        }
    }
}
