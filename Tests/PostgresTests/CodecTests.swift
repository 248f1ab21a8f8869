import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("Encoding and decoding of values", .timeLimit(.minutes(30)))
struct CodecTests {
    /// Sends values, and checks that they are returned unchanged and have the expected type on the server.
    private func expectRoundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable & Sendable>(
        _ values: [Value], as type: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await withSharedDatabase { database in
            for value in values {
                let rows = try await database.query("SELECT \(value)::\(unsafeSQL: type), pg_typeof(\(value))::text")
                let (back, name) = try rows.decode((Value, String).self)[0]
                #expect(back == value, sourceLocation: sourceLocation)
                #expect(name == type, sourceLocation: sourceLocation)
            }
            let missing: Value? = nil
            let rows = try await database.query("SELECT \(missing)::\(unsafeSQL: type)")
            #expect(try rows.decode(Value?.self)[0] == nil, sourceLocation: sourceLocation)
        }
    }

    @Test("encodes and decodes booleans") func booleans() async throws {
        try await expectRoundTrip([true, false], as: "boolean")
    }

    @Test("encodes and decodes 16-bit integers") func int16() async throws {
        try await expectRoundTrip([0, 1, -1, Int16.min, Int16.max], as: "smallint")
    }

    @Test("encodes and decodes 32-bit integers") func int32() async throws {
        try await expectRoundTrip([0, 1, -1, Int32.min, Int32.max], as: "integer")
    }

    @Test("encodes and decodes 64-bit integers") func int64() async throws {
        try await expectRoundTrip([0, 1, -1, Int64.min, Int64.max], as: "bigint")
    }

    @Test("encodes and decodes plain integers") func int() async throws {
        try await expectRoundTrip([0, 1, -1, Int.min, Int.max], as: "bigint")
    }

    @Test("encodes and decodes floating-point numbers without loss") func doubles() async throws {
        try await expectRoundTrip(
            [
                0, 0.1, -1.5, .pi, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity,
            ], as: "double precision")
        try await withSharedDatabase { database in
            let (notANumber, minusZero) = try await database.query("SELECT \(Double.nan), \(-0.0)")
                .decode((Double, Double).self)[0]
            #expect(notANumber.isNaN)
            #expect(minusZero.sign == .minus)
        }
    }

    @Test("encodes and decodes text of any script and length") func strings() async throws {
        try await expectRoundTrip(
            [
                "", "a", "O'Brien \\ \"quoted\"", "Zoë, Łukasz, 李雷", "👩‍👩‍👧 e\u{301}", "line\r\nline\ttab\u{1}",
                String(repeating: "ä", count: 300_000),
            ], as: "text")
    }

    @Test("does not normalise text") func normalisation() async throws {
        try await withSharedDatabase { database in
            let decomposed = "Zoe\u{308}"
            let back = try await database.query("SELECT \(decomposed)").decode(String.self)[0]
            #expect(Array(back.unicodeScalars) == Array(decomposed.unicodeScalars))
        }
    }

    @Test("encodes and decodes bytes") func bytes() async throws {
        try await expectRoundTrip(
            [[], [0], Array(0...255), [UInt8](repeating: 0, count: 100_000)].map(Bytes.init), as: "bytea")
    }

    @Test("encodes and decodes UUIDs") func uuids() async throws {
        try await expectRoundTrip(
            [
                UUID(), UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
                UUID(uuid: (255, 254, 253, 252, 251, 250, 249, 248, 247, 246, 245, 244, 243, 242, 241, 240)),
            ], as: "uuid")
        try await withSharedDatabase { database in
            let id = UUID()
            let text = try await database.query("SELECT \(id)::text").decode(String.self)[0]
            #expect(text == id.uuidString.lowercased())
        }
    }

    @Test("encodes and decodes instants over PostgreSQL's whole range")
    func instants() async throws {
        try await expectRoundTrip(
            [
                0, 946_684_800, -1, 1_796_134_800, 951_782_400, -62_135_596_800, -210_000_000_000, 9_000_000_000_000,
            ].map { Date(timeIntervalSince1970: $0) }, as: "timestamp with time zone")
        try await expectRoundTrip(
            [Date.distantPast, Date.distantFuture, Date(timeIntervalSinceReferenceDate: 0.5)],
            as: "timestamp with time zone")
    }

    @Test("an instant is rounded to the nearest microsecond")
    func microseconds() async throws {
        try await withSharedDatabase { database in
            for (text, seconds) in [
                ("2026-12-01 17:00:00.123456+00", 1_796_144_400.123456),
                ("1969-12-31 23:59:59.999999+00", -0.000001), ("1999-12-31 23:59:59.5+00", 946_684_799.5),
            ] {
                let read = try await database.query("SELECT \(unsafeSQL: "'\(text)'")::timestamptz").decode(Date.self)[
                    0]
                #expect(abs(read.timeIntervalSince1970 - seconds) < 0.000_000_5)
                let same = try await database.query(
                    "SELECT \(Date(timeIntervalSince1970: seconds)) = \(unsafeSQL: "'\(text)'")::timestamptz")
                #expect(try same.decode(Bool.self) == [true])
            }
        }
    }

    @Test("instants do not depend on the session's zone or date style")
    func settings() async throws {
        try await withSharedDatabase { database in
            try await database.withConnection { connection in
                try await connection.execute(script: "SET TimeZone = 'Australia/Lord_Howe'; SET DateStyle = 'German'")
                let instant = Date(timeIntervalSince1970: 1_796_144_400)
                let (back, text) = try await connection.query(
                    "SELECT \(instant), to_char(\(instant) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
                ).decode((Date, String).self)[0]
                #expect(back == instant)
                #expect(text == "2026-12-01 17:00:00")
            }
        }
    }

    @Test(
        "rejects an infinite instant, and names the column", arguments: ["infinity", "-infinity"])
    func infinity(value: String) async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT \(unsafeSQL: "'\(value)'")::timestamptz AS ends_at")
            let error = #expect(throws: PostgresError.self) { try rows.decode(Date.self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("ends_at") == true)
            #expect(error?.description.contains("infin") == true)
        }
    }

    @Test(
        "rejects an instant outside PostgreSQL's range before it is sent",
        arguments: [Double.infinity, -Double.infinity, Double.nan, 1e300, -1e300, 1e13, -1e12])
    func impossibleInstants(seconds: Double) async throws {
        try await withSharedDatabase { database in
            let error = await #expect(throws: PostgresError.self) {
                try await database.query("SELECT \(Date(timeIntervalSince1970: seconds))")
            }
            #expect(error?.kind == .encoding)
            let answer = try await database.query("SELECT 1").decode(Int32.self)
            #expect(answer == [1])
        }
    }

    @Test("rejects a text with a NUL character before it is sent, without repeating the text")
    func nul() async throws {
        try await withSharedDatabase { database in
            for text in ["\0", "secret\0", "\0secret"] {
                let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT \(text)") }
                #expect(error?.kind == .encoding)
                #expect(error?.description.contains("secret") == false)
            }
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT \(["a", "b\0"])") }
            #expect(error?.kind == .encoding)
        }
    }
}
