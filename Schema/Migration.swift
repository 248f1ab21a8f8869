import Postgres

/// One forward-only step of the schema, from its file in `Schema/Migrations`.
public struct Migration: Sendable {
    /// The number of the step, from 1 without gaps.
    public let version: Int32
    /// The name of the step, from its file.
    public let name: String
    let script: SchemaText

    /// Every step, in order.
    public static let all = [
        Migration(1, "people_and_places", PackageResources.V0001_people_and_places_sql),
        Migration(2, "sessions", PackageResources.V0002_sessions_sql),
        Migration(3, "events", PackageResources.V0003_events_sql),
        Migration(4, "reminders", PackageResources.V0004_reminders_sql),
        Migration(5, "roles", PackageResources.V0005_roles_sql),
        Migration(6, "slots_name_their_trainer", PackageResources.V0006_slots_name_their_trainer_sql),
        Migration(7, "jobs", PackageResources.V0007_jobs_sql),
        Migration(8, "closed_days", PackageResources.V0008_closed_days_sql),
        Migration(9, "reminder_rules", PackageResources.V0009_reminder_rules_sql),
        Migration(10, "affected_sessions", PackageResources.V0010_affected_sessions_sql),
        Migration(11, "privileges", PackageResources.V0011_privileges_sql),
        Migration(12, "one_person_one_key", PackageResources.V0012_one_person_one_key_sql),
        Migration(13, "waiting_messages", PackageResources.V0013_waiting_messages_sql),
        Migration(14, "inbound_mail", PackageResources.V0014_inbound_mail_sql),
        Migration(15, "channel_retries", PackageResources.V0015_channel_retries_sql),
        Migration(16, "restored_databases", PackageResources.V0016_restored_databases_sql),
        Migration(17, "search_and_locks", PackageResources.V0017_search_and_locks_sql),
        Migration(18, "growth", PackageResources.V0018_growth_sql),
        Migration(19, "restored_checks", PackageResources.V0019_restored_checks_sql),
        Migration(20, "message_reasons", PackageResources.V0020_message_reasons_sql),
        Migration(21, "holds", PackageResources.V0021_holds_sql),
        Migration(22, "corrections", PackageResources.V0022_corrections_sql),
        Migration(23, "trainer_notices", PackageResources.V0023_trainer_notices_sql),
        Migration(24, "message_indexes", PackageResources.V0024_message_indexes_sql),
        Migration(25, "message_copies", PackageResources.V0025_message_copies_sql),
        Migration(26, "client_notes", PackageResources.V0026_client_notes_sql),
        Migration(27, "event_indexes", PackageResources.V0027_event_indexes_sql),
        Migration(28, "runner_version", PackageResources.V0028_runner_version_sql),
        Migration(29, "personal_data", PackageResources.V0029_personal_data_sql),
        Migration(30, "message_texts", PackageResources.V0030_message_texts_sql),
        Migration(31, "client_time_zones", PackageResources.V0031_client_time_zones_sql),
        Migration(32, "unknown_time_zones", PackageResources.V0032_unknown_time_zones_sql),
        Migration(33, "comments", PackageResources.V0033_comments_sql),
    ]

    /// The indexes that are built before the step's transaction, while desks work.
    var concurrentIndexes: [ConcurrentIndex] { ConcurrentIndex.all(in: script.sql) }

    /// The script for a transaction, used in a new database and after ``concurrentIndexes`` were built.
    var transactionScript: String {
        script.sql.replacing("INDEX CONCURRENTLY", with: "INDEX IF NOT EXISTS")
    }

    /// A step of a release.
    init(_ version: Int32, _ name: String, _ bytes: [UInt8]) {
        self.version = version
        self.name = name
        self.script = SchemaText(bytes)
    }
}
