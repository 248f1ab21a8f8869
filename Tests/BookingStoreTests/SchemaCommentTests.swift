import BookingStoreTesting
import Postgres
import Testing

@Suite("Comments and names in the schema")
struct SchemaCommentTests {
    @Test("every table, column, type and function has a comment")
    func comments() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            let withoutComment = try await fixture.database.query(
                """
                SELECT relname || coalesce('.' || attname, '')
                FROM pg_class
                LEFT JOIN LATERAL (
                    SELECT attnum, attname FROM pg_attribute
                    WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
                    UNION ALL
                    SELECT 0, NULL
                ) AS part ON true
                WHERE relnamespace = 'public'::regnamespace
                  AND relkind IN ('r', 'p', 'v', 'm')
                  AND col_description(pg_class.oid, attnum) IS NULL
                  AND (attnum > 0 OR obj_description(pg_class.oid, 'pg_class') IS NULL)
                UNION ALL
                SELECT proname
                FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace
                  AND obj_description(oid, 'pg_proc') IS NULL
                  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype IN ('e', 'i'))
                UNION ALL
                SELECT typname
                FROM pg_type
                WHERE typnamespace = 'public'::regnamespace
                  AND typtype = 'r'
                  AND obj_description(oid, 'pg_type') IS NULL
                """
            ).decode(String.self)
            #expect(withoutComment == [])
        }
    }

    @Test("every constraint has an explicit name")
    func names() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            let unnamed = try await fixture.database.query(
                """
                SELECT conname
                FROM pg_constraint
                JOIN pg_class ON pg_class.oid = conrelid
                WHERE connamespace = 'public'::regnamespace
                  -- Names that PostgreSQL generates; those of keys are accepted.
                  AND conname ~ ('^' || relname || '_.*(_check|_fkey|_excl)[0-9]*$')
                """
            ).decode(String.self)
            #expect(unnamed == [])
        }
    }
}
