import Foundation
import PostgresTesting
import Testing

@testable import Postgres

@Suite("Decoding of rows", .timeLimit(.minutes(30)))
struct DecodingTests {
    @Test("tuples are decoded in column order, and single values without a tuple")
    func order() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT n, 'row ' || n AS label FROM generate_series(1, 3) AS n")
            #expect(rows.count == 3)
            #expect(rows.columns == ["n", "label"])
            let decoded = try rows.decode((Int32, String).self)
            #expect(decoded.map(\.0) == [1, 2, 3])
            #expect(decoded.map(\.1) == ["row 1", "row 2", "row 3"])
            #expect(try await database.query("SELECT 7::bigint").decode(Int64.self) == [7])
        }
    }

    @Test("a statement without rows reports the number of affected rows")
    func affected() async throws {
        try await withDatabase { database, _ in
            try await database.query("CREATE TABLE t (n bigint)")
            #expect(try await database.query("INSERT INTO t SELECT generate_series(1, 5)").affected == 5)
            #expect(try await database.query("UPDATE t SET n = 0 WHERE n > 3").affected == 2)
            #expect(try await database.query("DELETE FROM t WHERE n = 99").affected == 0)
            let none = try await database.query("SELECT n FROM t WHERE n = 99")
            #expect(none.count == 0)
            #expect(try none.decode(Int64.self).isEmpty)
        }
    }

    @Test("the error of a wrong type names the column and the type")
    func wrongType() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT 1::bigint AS id, 'x'::text AS starts_at")
            let error = #expect(throws: PostgresError.self) { try rows.decode((Int64, Date).self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("starts_at") == true)
            #expect(error?.description.contains("Date") == true)
        }
    }

    @Test("a row is decoded column by column into another type")
    func columns() async throws {
        struct Place: Equatable {
            let id: Int32
            let name: String?
        }
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT * FROM (VALUES (1, 'one', true), (2, NULL, false)) AS place")
            let places = try rows.map { row in Place(id: try row.next(), name: try row.next()) }
            #expect(places == [Place(id: 1, name: "one"), Place(id: 2, name: nil)])
            let beyond = #expect(throws: PostgresError.self) {
                try rows.map { row in
                    (
                        try row.next(Int32.self), try row.next(String?.self), try row.next(Bool.self),
                        try row.next(Bool.self)
                    )
                }
            }
            #expect(beyond?.kind == .decoding)
            #expect(beyond?.description.contains("column 4 was asked for, and there are 3") == true)
        }
    }

    @Test("the error of a NULL decoded as text says so")
    func nullText() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT NULL::text AS note")
            let error = #expect(throws: PostgresError.self) { try rows.decode(String.self) }
            #expect(error?.description.contains("note") == true)
            #expect(error?.description.contains("is NULL") == true)
        }
    }

    @Test("rejects a wider integer for a narrower type")
    func narrowing() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT 5000000000::bigint AS large")
            let error = #expect(throws: PostgresError.self) { try rows.decode(Int32.self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("large") == true)
        }
    }

    @Test(
        "rejects a value without a text form as text",
        arguments: [
            "1::bigint", "1.5::numeric", "interval '1 day'", "date '2026-01-01'", "time '12:00'", "timestamptz 'now'",
            "'127.0.0.1'::inet", "tstzrange(now(), NULL)", "tstzmultirange(tstzrange(now(), NULL))", "numrange(1, 2)",
            "point '(1, 2)'", "1::oid", "B'101'", "ROW(1, 2)", "'\\xff'::bytea", "ARRAY['a']::varchar[]",
            "gen_random_uuid()", "'1 2'::tsvector", "true",
        ])
    func noText(value: String) async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT \(unsafeSQL: value) AS odd")
            let error = #expect(throws: PostgresError.self) { try rows.decode(String.self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("odd") == true)
        }
    }

    @Test("decodes names, enums, JSON and domains as text")
    func texts() async throws {
        try await withDatabase { database, _ in
            try await database.withConnection { connection in
                try await connection.execute(
                    script: "CREATE TYPE status AS ENUM ('a'); CREATE DOMAIN handle AS text CHECK (VALUE <> '')")
            }
            for value in [
                "'a'::name", "'a'::varchar(3)", "'a'::char(1)", "'a'::text", "'a'", "'a'::status", "'a'::handle",
            ] {
                let text = try await database.query("SELECT \(unsafeSQL: value)").decode(String.self)
                #expect(text == ["a"])
            }
            let json = try await database.query("SELECT '{}'::json").decode(String.self)
            #expect(json == ["{}"])
        }
    }

    @Test("decodes jsonb as text, in arrays too")
    func jsonb() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query(
                """
                SELECT \("{\"b\":[1, null], \"a\":\"Zoë\"}")::jsonb, '""'::jsonb, NULL::jsonb,
                    ARRAY['1', NULL, '{}']::jsonb[]
                """)
            let (object, empty, missing, list) = try rows.decode((String, String, String?, [String?]).self)[0]
            #expect(object == #"{"a": "Zoë", "b": [1, null]}"#)
            #expect(empty == #""""#)
            #expect(missing == nil)
            #expect(list == ["1", nil, "{}"])
        }
    }

    @Test("rejects jsonb of an unknown version or without one")
    func jsonbVersion() {
        for octets: [UInt8] in [[], [2, 0x7b, 0x7d], [0x7b, 0x7d]] {
            #expect(throws: DecodingFailure.self) {
                try octets.withUnsafeBytes { try String.decode(Cell(type: PostgresType.jsonb, bytes: $0)) }
            }
        }
    }

    @Test("the error of an unexpected NULL names the column")
    func unexpectedNull() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT 1::bigint AS id, NULL::text AS nickname")
            let error = #expect(throws: PostgresError.self) { try rows.decode((Int64, String).self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("nickname") == true)
            let (id, nickname) = try rows.decode((Int64, String?).self)[0]
            #expect(id == 1)
            #expect(nickname == nil)
        }
    }

    @Test("rejects too few and too many columns, even without rows")
    func columnCount() async throws {
        try await withSharedDatabase { database in
            for condition in ["true", "false"] {
                let rows = try await database.query(
                    "SELECT 1::bigint AS a, 2::bigint AS b WHERE \(unsafeSQL: condition)")
                for attempt in [
                    { _ = try rows.decode(Int64.self) }, { _ = try rows.decode((Int64, Int64, Int64).self) },
                ] {
                    let error = #expect(throws: PostgresError.self) { try attempt() }
                    #expect(error?.kind == .decoding)
                    #expect(error?.description.contains("2") == true)
                }
            }
        }
    }

    @Test("a decoding error does not repeat the value")
    func redaction() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT 'ada@example.com'::text AS email")
            let error = #expect(throws: PostgresError.self) { try rows.decode(Int64.self) }
            #expect(error.map { String(reflecting: $0) }?.contains("ada@") == false)
        }
    }

    @Test("rows remain valid after their connection is closed")
    func lifetime() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT n FROM generate_series(1, 1000) AS n")
            await database.close()
            #expect(try rows.decode(Int32.self).reduce(0, +) == 500_500)
        }
    }

    @Test("many rows and large values are complete")
    func large() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query(
                "SELECT n, repeat('x', 100) FROM generate_series(1, 20000) AS n ORDER BY n")
            #expect(try rows.decode((Int32, String).self).allSatisfy { $0.1.utf8.count == 100 })
            #expect(rows.count == 20_000)
            let megabytes = try await database.query("SELECT repeat('y', 8000000)").decode(String.self)[0]
            #expect(megabytes.utf8.count == 8_000_000)
        }
    }
}
