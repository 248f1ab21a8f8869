import Booking
import BookingStoreTesting
import Testing

@testable import BookingStore
@testable import Postgres

@Suite("A constraint's no is a refusal")
struct ConstraintRefusalTests {
    /// What can only be broken by a bug, or is mended before anybody sees it.
    private static let withoutRefusal: Set = [
        // Another reference is drawn, or the earlier result returned.
        "session_reference_key", "session_request_key",
        // Replaced in place, or told as bad input before it gets here.
        "hours_season_key", "hours_pkey", "hours_do_not_overlap",
        // Written once by us.
        "message_once", "consent_key", "suppression_key", "contact_hours_do_not_overlap",
        "inbound_text_provider_id_key", "client_unsubscribe_token_key", "schema_migration_pkey", "schema_function_pkey",
        "closed_day_pkey", "inbound_mail_digest_key", "unmatched_text_status_pkey", "channel_pause_pkey",
        "channel_refusal_pkey",
        "schema_release_pkey", "lock_salt_pkey", "delivery_sender_pkey",
        // The job-runner's own.
        "job_dead_pkey", "job_queue_pkey", "job_period_pkey", "job_cron_pkey",
    ]

    @Test("every rule between two rows that a person can break is in the table")
    func complete() async throws {
        try await withBooks(connections: 1) { books in
            let rules = try await books.database.query(
                """
                SELECT conname
                FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
                  AND contype IN ('x', 'u', 'p')
                  -- A generated key cannot be broken.
                  AND NOT EXISTS (
                      SELECT FROM pg_attribute
                      WHERE attrelid = conrelid AND conkey = ARRAY[attnum] AND attidentity <> '')
                """
            ).decode(String.self)
            let silent = rules.filter { ConstraintRefusal.refusal(for: breach(of: $0)) == nil }
            #expect(Set(silent) == Self.withoutRefusal)
        }
    }

    @Test(
        "each means one rule",
        arguments: [
            ("session_trainer_free", Refusal.Rule.slotTaken), ("session_station_free", .studioFull),
            ("session_client_free", .clientBusy), ("one_free_session_per_person", .introAlreadyBooked),
            ("session_stays_final", .notChangeable), ("studio_slug_key", .alreadyExists),
            ("trainer_handle_key", .alreadyExists), ("client_email_key", .alreadyExists),
        ])
    func meaning(constraint: String, rule: Refusal.Rule) {
        #expect(ConstraintRefusal.refusal(for: breach(of: constraint))?.rule == rule)
    }

    @Test("an id, a handle or an address that is taken is refused as such")
    func alreadyExists() async throws {
        try await withBooks { books in
            try await books.openStudio()
            try await books.engage()
            let ana = ClientDetails(name: try PersonName("Ana"), email: try EmailAddress("ana@example.com"), phone: nil)
            let ben = ClientDetails(name: try PersonName("Ben"), email: try EmailAddress("ben@example.com"), phone: nil)
            _ = try await books.office.add(ana)
            _ = try await books.office.add(ben)
            await expectRefusal(.alreadyExists) { try await books.openStudio() }
            await expectRefusal(.alreadyExists) { try await books.engage() }
            await expectRefusal(.alreadyExists) { try await books.office.add(ana) }
            await expectRefusal(.alreadyExists) {
                try await books.office.edit(client: .email(try EmailAddress("ben@example.com"))) {
                    $0.email = ana.email
                }
            }
        }
    }

    private func breach(of constraint: String) -> PostgresError {
        var error = PostgresError(kind: .server, message: "broken")
        error.constraint = constraint
        return error
    }
}
