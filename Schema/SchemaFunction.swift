/// One SQL function with its triggers: re-applied whenever its text changes.
struct SchemaFunction: Sendable {
    let name: String
    let script: SchemaText

    /// The number of this set of functions.
    ///
    /// It rises with every release that changes one of them, and a binary with a lower number does not reinstall its own
    /// functions. A test fails if a text has changed since ``digest`` was recorded.
    static let set: Int32 = 8

    /// The lowest schema version of a binary that works with these steps and functions.
    ///
    /// Raise it when a step or function breaks an older binary; until then, old and new binaries work side by side.
    static let oldestBinary: Int32 = 14

    /// The recorded checksum of all functions of ``set``.
    static let digest = "197b906ccd789f0a"

    /// Every function, callees before their callers: SQL-language bodies are checked when they are stored.
    static let all = [
        SchemaFunction("record_event", PackageResources.record_event_sql),
        SchemaFunction("refuse_event_change", PackageResources.refuse_event_change_sql),
        SchemaFunction("phone_match_key", PackageResources.phone_match_key_sql),
        SchemaFunction("contact_key", PackageResources.contact_key_sql),
        SchemaFunction("client_contacts", PackageResources.client_contacts_sql),
        SchemaFunction("search_text", PackageResources.search_text_sql),
        SchemaFunction("lock_key", PackageResources.lock_key_sql),
        SchemaFunction("acquire_locks", PackageResources.acquire_locks_sql),
        SchemaFunction("start_of_day", PackageResources.start_of_day_sql),
        SchemaFunction("local_days", PackageResources.local_days_sql),
        SchemaFunction("write_free_session_claim", PackageResources.write_free_session_claim_sql),
        SchemaFunction("extend_free_session_claim", PackageResources.extend_free_session_claim_sql),
        SchemaFunction("refuse_final_session_change", PackageResources.refuse_final_session_change_sql),
        SchemaFunction("trainer_hours", PackageResources.trainer_hours_sql),
        SchemaFunction("working_hours", PackageResources.working_hours_sql),
        SchemaFunction("session_obstacle", PackageResources.session_obstacle_sql),
        SchemaFunction("is_within_hours", PackageResources.is_within_hours_sql),
        SchemaFunction("sessions_that_day", PackageResources.sessions_that_day_sql),
        SchemaFunction("active_holds", PackageResources.active_holds_sql),
        SchemaFunction("first_free_station", PackageResources.first_free_station_sql),
        SchemaFunction("holds_that_day", PackageResources.holds_that_day_sql),
        SchemaFunction("refuse_held_slot", PackageResources.refuse_held_slot_sql),
        SchemaFunction("refuse_occupied_slot", PackageResources.refuse_occupied_slot_sql),
        SchemaFunction("reseat_sessions", PackageResources.reseat_sessions_sql),
        SchemaFunction("other_studio_that_day", PackageResources.other_studio_that_day_sql),
        SchemaFunction("slot_facts", PackageResources.slot_facts_sql),
        SchemaFunction("open_slots", PackageResources.open_slots_sql),
        SchemaFunction("close_days", PackageResources.close_days_sql),
        SchemaFunction("message_obstacle", PackageResources.message_obstacle_sql),
        SchemaFunction("record_given_consent", PackageResources.record_given_consent_sql),
        SchemaFunction("rules_at", PackageResources.rules_at_sql),
        SchemaFunction("contact_time", PackageResources.contact_time_sql),
        SchemaFunction("longest_quiet_hours", PackageResources.longest_quiet_hours_sql),
        SchemaFunction("recipient_address", PackageResources.recipient_address_sql),
        SchemaFunction("planned_messages", PackageResources.planned_messages_sql),
        SchemaFunction("digest_time", PackageResources.digest_time_sql),
        SchemaFunction("due_digests", PackageResources.due_digests_sql),
        SchemaFunction("digest_is_to_come", PackageResources.digest_is_to_come_sql),
        SchemaFunction("known_start", PackageResources.known_start_sql),
        SchemaFunction("trainer_notices", PackageResources.trainer_notices_sql),
        SchemaFunction("messages_of_session", PackageResources.messages_of_session_sql),
        SchemaFunction("messages_to_queue", PackageResources.messages_to_queue_sql),
        SchemaFunction("queue_messages", PackageResources.queue_messages_sql),
        SchemaFunction("plan_messages", PackageResources.plan_messages_sql),
        SchemaFunction("plan_follow_up", PackageResources.plan_follow_up_sql),
        SchemaFunction("plan_days", PackageResources.plan_days_sql),
        SchemaFunction("day_skip_reason", PackageResources.day_skip_reason_sql),
        SchemaFunction("day_obstacle", PackageResources.day_obstacle_sql),
        SchemaFunction("database_identity", PackageResources.database_identity_sql),
        SchemaFunction("is_other_database", PackageResources.is_other_database_sql),
        SchemaFunction("delivery_hold", PackageResources.delivery_hold_sql),
        SchemaFunction("release_messages", PackageResources.release_messages_sql),
        SchemaFunction("earlier_bookings", PackageResources.earlier_bookings_sql),
        SchemaFunction("later_reminders", PackageResources.later_reminders_sql),
        SchemaFunction("is_in_digest", PackageResources.is_in_digest_sql),
        SchemaFunction("is_known_to_client", PackageResources.is_known_to_client_sql),
        SchemaFunction("message_eligibility", PackageResources.message_eligibility_sql),
        SchemaFunction("forecast_messages", PackageResources.forecast_messages_sql),
        SchemaFunction("person_states", PackageResources.person_states_sql),
        SchemaFunction("person_contacts", PackageResources.person_contacts_sql),
        SchemaFunction("own_addresses", PackageResources.own_addresses_sql),
        SchemaFunction("mentions_person", PackageResources.mentions_person_sql),
        SchemaFunction("personal_rows", PackageResources.personal_rows_sql),
        SchemaFunction("personal_data", PackageResources.personal_data_sql),
        SchemaFunction("erased_document", PackageResources.erased_document_sql),
        SchemaFunction("erased_values", PackageResources.erased_values_sql),
        SchemaFunction("erased_mentions", PackageResources.erased_mentions_sql),
        SchemaFunction("names_to_hash", PackageResources.names_to_hash_sql),
        SchemaFunction("erase_messages", PackageResources.erase_messages_sql),
        SchemaFunction("keep_contact_hashes", PackageResources.keep_contact_hashes_sql),
        SchemaFunction("erase_client", PackageResources.erase_client_sql),
        SchemaFunction("contact_hash", PackageResources.contact_hash_sql),
        SchemaFunction("contacts_to_compare", PackageResources.contacts_to_compare_sql),
        SchemaFunction("compare_forgotten_contacts", PackageResources.compare_forgotten_contacts_sql),
        SchemaFunction("block_forgotten_addresses", PackageResources.block_forgotten_addresses_sql),
        SchemaFunction("refuse_forgotten_client", PackageResources.refuse_forgotten_client_sql),
        SchemaFunction("prune_message_texts", PackageResources.prune_message_texts_sql),
        SchemaFunction("prune_inbound", PackageResources.prune_inbound_sql),
        SchemaFunction("prune_events", PackageResources.prune_events_sql),
        SchemaFunction("rate_limit_allowance", PackageResources.rate_limit_allowance_sql),
        SchemaFunction("charge_rate_limit", PackageResources.charge_rate_limit_sql),
        SchemaFunction("job_priorities_by_age", PackageResources.job_priorities_by_age_sql),
        SchemaFunction("claim_crashed_job", PackageResources.claim_crashed_job_sql),
        SchemaFunction("claim_jobs", PackageResources.claim_jobs_sql),
        SchemaFunction("acknowledge_jobs", PackageResources.acknowledge_jobs_sql),
        SchemaFunction("job_errors", PackageResources.job_errors_sql),
        SchemaFunction("dead_letter_job", PackageResources.dead_letter_job_sql),
        SchemaFunction("record_job_results", PackageResources.record_job_results_sql),
        SchemaFunction("release_jobs", PackageResources.release_jobs_sql),
        SchemaFunction("rescue_jobs", PackageResources.rescue_jobs_sql),
        SchemaFunction("next_job_in", PackageResources.next_job_in_sql),
        // Previous names that older binaries call; then the removal of those that no binary calls.
        SchemaFunction("judged_messages", PackageResources.judged_messages_sql),
        SchemaFunction("is_reachable", PackageResources.is_reachable_sql),
        SchemaFunction("free_station", PackageResources.free_station_sql),
        SchemaFunction("rota", PackageResources.rota_sql),
        SchemaFunction("bury_job", PackageResources.bury_job_sql),
        SchemaFunction("settle_jobs", PackageResources.settle_jobs_sql),
        SchemaFunction("begin_work", PackageResources.begin_work_sql),
        SchemaFunction("dropped_names", PackageResources.dropped_names_sql),
    ]

    /// The checksum of all functions in this binary.
    static var currentDigest: String {
        SchemaText(Array(all.map { "\($0.name) \($0.script.checksum)\n" }.joined().utf8)).checksum
    }

    /// A function of a release.
    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.script = SchemaText(bytes)
    }
}

/// The text of an embedded file, and a checksum that detects changes.
struct SchemaText: Sendable {
    let sql: String
    /// The 64-bit FNV-1a hash in hexadecimal; it detects an edited file, but does not protect against an attacker.
    let checksum: String

    init(_ bytes: [UInt8]) {
        sql = String(decoding: bytes, as: UTF8.self)
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        checksum = String(hash, radix: 16)
    }
}
