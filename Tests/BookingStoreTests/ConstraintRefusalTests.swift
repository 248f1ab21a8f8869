import Booking
import BookingStoreTesting
import Testing

@testable import BookingStore
@testable import Postgres

@Suite("Refusals by constraints")
struct ConstraintRefusalTests {
    /// The constraints that only a bug can violate, or whose violation is handled internally.
    private static let withoutRefusal: Set = [
        // Another reference is generated, or the earlier result is returned.
        "session_reference_key", "session_request_key", "hold_request_key", "change_request_pkey",
        // The row is replaced, or the input is rejected before it is stored.
        "hours_season_key", "hours_pkey", "hours_do_not_overlap",
        // Only Intro writes these rows, each once.
        "message_once", "consent_key", "suppression_key", "contact_hours_do_not_overlap",
        "inbound_text_provider_id_key", "client_unsubscribe_token_key", "schema_migration_pkey", "schema_function_pkey",
        "closed_day_pkey", "inbound_mail_digest_key", "unmatched_text_status_pkey", "channel_pause_pkey",
        "channel_refusal_pkey",
        "schema_release_pkey", "lock_salt_pkey", "delivery_sender_pkey", "forgotten_contact_pkey",
        "forgotten_suppression_pkey", "privacy_key_pkey",
        // Internal tables of the job runner.
        "job_dead_pkey", "job_queue_pkey", "job_period_pkey", "job_cron_pkey",
    ]

    @Test("maps every constraint between rows that input can violate")
    func complete() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            let rules = try await fixture.database.query(
                """
                SELECT conname
                FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
                  AND contype IN ('x', 'u', 'p')
                  -- A generated key cannot be violated.
                  AND NOT EXISTS (
                      SELECT FROM pg_attribute
                      WHERE attrelid = conrelid AND conkey = ARRAY[attnum] AND attidentity <> '')
                """
            ).decode(String.self)
            let unmapped = rules.filter { ConstraintRefusal.refusal(for: violation(of: $0)) == nil }
            #expect(Set(unmapped) == Self.withoutRefusal)
        }
    }

    @Test(
        "maps each constraint to its rule",
        arguments: [
            ("session_trainer_free", Refusal.Rule.slotTaken), ("session_station_free", .studioFull),
            ("session_client_free", .clientBusy), ("one_free_session_per_person", .introAlreadyBooked),
            ("session_stays_final", .notChangeable), ("studio_slug_key", .alreadyExists),
            ("trainer_handle_key", .alreadyExists), ("client_email_key", .alreadyExists),
        ])
    func meaning(constraint: String, rule: Refusal.Rule) {
        #expect(ConstraintRefusal.refusal(for: violation(of: constraint))?.rule == rule)
    }

    @Test("refuses a handle or an e-mail address that is in use")
    func alreadyExists() async throws {
        try await withBookingFixture { fixture in
            try await fixture.addStudio()
            try await fixture.addTrainer()
            let ana = ClientDetails(name: try PersonName("Ana"), email: try EmailAddress("ana@example.com"), phone: nil)
            let ben = ClientDetails(name: try PersonName("Ben"), email: try EmailAddress("ben@example.com"), phone: nil)
            _ = try await fixture.administration.add(ana)
            _ = try await fixture.administration.add(ben)
            await expectRefusal(.alreadyExists) { try await fixture.addStudio() }
            await expectRefusal(.alreadyExists) { try await fixture.addTrainer() }
            await expectRefusal(.alreadyExists) { try await fixture.administration.add(ana) }
            await expectRefusal(.alreadyExists) {
                try await fixture.administration.edit(client: .email(try EmailAddress("ben@example.com"))) {
                    $0.email = ana.email
                }
            }
        }
    }

    private func violation(of constraint: String) -> PostgresError {
        var error = PostgresError(kind: .server, message: "broken")
        error.constraint = constraint
        return error
    }
}
