import Booking
import BookingStore
import BookingStoreTesting
import Postgres
import Reminders
import Testing

@Suite("Reasons of messages")
struct MessageReasonTests {
    @Test("the database accepts exactly the known codes; one is only shown")
    func known() async throws {
        try await withBookingFixture(connections: 1) { store in
            let definition = try await store.database.query(
                """
                SELECT pg_get_constraintdef(oid)
                FROM pg_constraint
                WHERE conrelid = 'message'::regclass AND conname = 'message_reason_is_known'
                """
            ).decode(String.self)
            let codes = try #require(definition.first).matches(of: /'([a-z_]+)'/).map { String($0.output.1) }
            let stored = MessageReason.allCases.filter { $0 != .awaitingChanges }
            #expect(codes.sorted() == stored.map(\.rawValue).sorted())
        }
    }

    @Test("reasons to hold or withhold messages have the same codes")
    func subsets() {
        for reason in HeldMessages.Reason.allCases { #expect(MessageReason(rawValue: reason.rawValue) != nil) }
        #expect(MessageReason.obstacles.map(\.rawValue) == ["trainer_away", "studio_closed", "trainer_retired"])
    }

    @Test("throws an error for an unknown reason")
    func unknown() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00")
            let update: SQL = "UPDATE message SET reason = 'weather' WHERE rule = 'confirmation'"
            let database = fixture.store.database
            let error = await #expect(throws: PostgresError.self) { try await database.query(update) }
            #expect(error?.constraint == "message_reason_is_known")
            try await database.query("ALTER TABLE message DROP CONSTRAINT message_reason_is_known")
            try await database.query(update)
            await #expect(throws: UnknownCode.self) {
                try await database.withConnection {
                    _ = try await LedgerRepository($0).entries(of: session.reference, status: nil)
                }
            }
        }
    }

    @Test("a claimed message is sent beside one with an unknown reason")
    func claimed() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(2)
            try await fixture.store.database.withConnection { connection in
                try await connection.execute(
                    script: """
                        ALTER TABLE message DROP CONSTRAINT message_reason_is_known;
                        ALTER FUNCTION message_eligibility(timestamptz) RENAME TO known_eligibility;
                        CREATE FUNCTION message_eligibility(p_now timestamptz)
                        RETURNS TABLE (
                            id bigint, address text, template text, language text, reason text,
                            wait_until timestamptz, deadline timestamptz
                        )
                        LANGUAGE sql STABLE AS $$
                            SELECT id, address, template, language, CASE id WHEN 1 THEN 'weather' ELSE reason END,
                                   wait_until, deadline
                            FROM known_eligibility(p_now)
                        $$;
                        """)
            }
            let report = try await fixture.send(to: ScriptedMailTransport())
            #expect(report.counts.sent == 1 && report.counts.failed == 1)
            #expect(report.failures.keys.map(\.reason) == [.invalidData])
            #expect(try await fixture.counts() == ["sent": 1, "skipped weather": 1])
        }
    }
}
