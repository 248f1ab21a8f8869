import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("Encoding and decoding of arrays", .timeLimit(.minutes(30)))
struct ArrayCodecTests {
    @Test("arrays of all element types, including empty ones, are decoded as they were sent")
    func roundTrips() async throws {
        try await withSharedDatabase { database in
            func expectSame<Element: Equatable>(
                _ array: [Element], as type: String, sourceLocation: SourceLocation = #_sourceLocation
            ) async throws where [Element]: PostgresEncodable & PostgresDecodable {
                for value in [array, []] {
                    let (back, name) = try await database.query("SELECT \(value), pg_typeof(\(value))::text")
                        .decode(([Element], String).self)[0]
                    #expect(back == value, sourceLocation: sourceLocation)
                    #expect(name == type, sourceLocation: sourceLocation)
                }
            }
            try await expectSame([true, false], as: "boolean[]")
            try await expectSame([Int16.min, 0, .max], as: "smallint[]")
            try await expectSame([Int32.min, 0, .max], as: "integer[]")
            try await expectSame([Int64.min, 0, .max], as: "bigint[]")
            try await expectSame([Int.min, 0, .max], as: "bigint[]")
            try await expectSame([Double.leastNonzeroMagnitude, -.infinity], as: "double precision[]")
            try await expectSame(["", "a,b", "{\"}", "NULL", "Zoë"], as: "text[]")
            try await expectSame([Date(timeIntervalSince1970: 0), .distantFuture], as: "timestamp with time zone[]")
            try await expectSame([UUID(), UUID()], as: "uuid[]")
        }
    }

    @Test("an array of optional elements may contain NULL")
    func nulls() async throws {
        try await withSharedDatabase { database in
            let sent: [String?] = ["a", nil, ""]
            let rows = try await database.query("SELECT \(sent), array_position(\(sent), NULL), cardinality(\(sent))")
            let (back, position, length) = try rows.decode(([String?], Int32, Int32).self)[0]
            #expect(back == sent)
            #expect(position == 2)
            #expect(length == 3)
            let numbers = try await database.query("SELECT ARRAY[NULL, 7]::bigint[]").decode([Int64?].self)[0]
            #expect(numbers == [nil, 7])
        }
    }

    @Test("rejects NULL in an array of non-optional elements, and names the column")
    func unexpectedNull() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT ARRAY[1, NULL]::bigint[] AS stations")
            let error = #expect(throws: PostgresError.self) { try rows.decode([Int64].self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("stations") == true)
        }
    }

    @Test("an optional array may be NULL")
    func nullArray() async throws {
        try await withSharedDatabase { database in
            let (none, some) = try await database.query("SELECT NULL::text[], ARRAY[]::text[]")
                .decode(([String]?, [String]?).self)[0]
            #expect(none == nil)
            #expect(some == [])
        }
    }

    @Test("rejects an array of more than one dimension")
    func dimensions() async throws {
        try await withSharedDatabase { database in
            let rows = try await database.query("SELECT ARRAY[[1, 2], [3, 4]]::bigint[] AS grid")
            let error = #expect(throws: PostgresError.self) { try rows.decode([Int64].self) }
            #expect(error?.kind == .decoding)
            #expect(error?.description.contains("grid") == true)
        }
    }

    @Test("an array of ten thousand elements is one bind, and can be unnested")
    func unnest() async throws {
        try await withSharedDatabase { database in
            let numbers = Array(Int64(0)..<10_000)
            let sum = try await database.query("SELECT sum(n)::bigint FROM unnest(\(numbers)) AS n").decode(Int64.self)
            #expect(sum == [49_995_000])
        }
    }
}
