import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import Schema

@Suite("Indexes added by an upgrade", .timeLimit(.minutes(10)))
struct ConcurrentIndexTests {
    @Test("builds the index while other transactions write")
    func besideDesks() async throws {
        try await withOlderBooks { books in
            let (reported, written) = (Latch(), Latch())
            async let upgrade = Schema.apply(to: books.database) { _ in reported.open() }
            // The build waits for this transaction, and reports that. The second insert does not wait for the build.
            try await books.database.transaction { connection in
                try await connection.query("INSERT INTO client (name, phone) VALUES ('Ana', '+14155550101')")
                await reported.wait()
                try await books.database.query("INSERT INTO client (name, phone) VALUES ('Ben', '+14155550102')")
                written.open()
            }
            #expect(written.isOpen)
            _ = try await upgrade
            try await expectIndex(in: books)
        }
    }

    @Test("builds the index once if two setups run concurrently")
    func twice() async throws {
        try await withOlderBooks { books in
            async let first = Schema.apply(to: books.database)
            async let second = Schema.apply(to: books.database)
            _ = try await (first, second)
            try await expectIndex(in: books)
        }
    }

    @Test("rebuilds the index after an interrupted attempt")
    func interrupted() async throws {
        try await withOlderBooks { books in
            try await books.database.query("CREATE INDEX client_search ON client (id)")
            try await invalidate(in: books)
            try await Schema.apply(to: books.database)
            try await expectIndex(in: books)
        }
    }

    @Test("reports and repairs an invalid index")
    func repaired() async throws {
        try await withBooks { books in
            try await invalidate(in: books)
            let found = try await books.database.withConnection { try await Catalogue.differences(on: $0) }
            #expect(found == ["invalid: index client_search"])
            let repair = try await Catalogue.repair(books.database)
            #expect(repair.repaired == found && repair.left == [])
            try await expectIndex(in: books)
        }
    }

    /// Runs a test with a database in the state of the release before the index, without that step and later ones.
    private func withOlderBooks(_ body: (Books) async throws -> Void) async throws {
        try await withBooks { books in
            try await books.database.withConnection { connection in
                try await connection.execute(
                    script: """
                        DROP INDEX client_search;
                        ALTER TABLE message DROP CONSTRAINT message_reason_is_known;
                        ALTER TABLE session DROP COLUMN cancelled_by;
                        DROP TABLE change_request, hold;
                        DELETE FROM schema_migration WHERE version >= 18;
                        DELETE FROM schema_function;
                        UPDATE schema_release SET function_set = function_set - 1;
                        """)
            }
            try await body(books)
        }
    }

    /// Marks the index as invalid, as PostgreSQL leaves it after an interrupted build.
    private func invalidate(in books: Books) async throws {
        try await books.database.query(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'client_search'::regclass")
    }

    private func expectIndex(in books: Books, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let left = try await books.database.withConnection { try await Catalogue.differences(on: $0) }
        #expect(left == [], sourceLocation: sourceLocation)
        #expect(try await Schema.status(of: books.database) == .current, sourceLocation: sourceLocation)
    }
}
