import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import Schema

@Suite("Indexes added by an upgrade", .timeLimit(.minutes(30)))
struct ConcurrentIndexTests {
    @Test("builds the index while other transactions write")
    func besideDesks() async throws {
        try await withOlderDatabase { database in
            let (reported, written) = (Latch(), Latch())
            async let upgrade = Schema.apply(to: database) { _ in reported.open() }
            // The build waits for this transaction, and reports that. The second insert does not wait for the build.
            try await database.transaction { connection in
                try await connection.query("INSERT INTO client (name, phone) VALUES ('Ana', '+14155550101')")
                await reported.wait()
                try await database.query("INSERT INTO client (name, phone) VALUES ('Ben', '+14155550102')")
                written.open()
            }
            #expect(written.isOpen)
            _ = try await upgrade
            try await expectIndex(in: database)
        }
    }

    @Test("builds the index once if two setups run concurrently")
    func twice() async throws {
        try await withOlderDatabase { database in
            async let first = Schema.apply(to: database)
            async let second = Schema.apply(to: database)
            _ = try await (first, second)
            try await expectIndex(in: database)
        }
    }

    @Test("rebuilds the index after an interrupted attempt")
    func interrupted() async throws {
        try await withOlderDatabase { database in
            try await database.query("CREATE INDEX client_search ON client (id)")
            try await invalidate(in: database)
            try await Schema.apply(to: database)
            try await expectIndex(in: database)
        }
    }

    @Test("reports and repairs an invalid index")
    func repaired() async throws {
        try await withBookingFixture { fixture in
            try await invalidate(in: fixture.database)
            let found = try await fixture.database.withConnection { try await Catalogue.differences(on: $0) }
            #expect(found == ["invalid: index client_search"])
            let repair = try await Catalogue.repair(fixture.database)
            #expect(repair.repaired == found && repair.left == [])
            try await expectIndex(in: fixture.database)
        }
    }

    /// Runs a test with a database of the release before the index.
    private func withOlderDatabase(_ body: (Database) async throws -> Void) async throws {
        let older = SchemaRelease(
            steps: Migration.all.filter { $0.version < 18 }, functions: [], functionSet: SchemaFunction.set - 1,
            oldestBinary: SchemaFunction.oldestBinary)
        try await withDatabase { database, _ in
            try await Schema.apply(older, to: database) { _ in }
            try await body(database)
        }
    }

    /// Marks the index as invalid, as PostgreSQL leaves it after an interrupted build.
    private func invalidate(in database: Database) async throws {
        try await database.query(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'client_search'::regclass")
    }

    private func expectIndex(in database: Database, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let left = try await database.withConnection { try await Catalogue.differences(on: $0) }
        #expect(left == [], sourceLocation: sourceLocation)
        #expect(try await Schema.status(of: database) == .current, sourceLocation: sourceLocation)
    }
}
