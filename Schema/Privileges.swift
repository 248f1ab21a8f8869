public import Postgres

/// The privileges on the schema, in one table: `setup` grants them, and `setup --check` compares the database with them.
///
/// There are two roles, which operators grant to their logins: `intro_service` for desks and runners, and `intro_reader` for
/// reports. Only the owner has privileges on objects that are not listed here.
public enum Privileges {
    /// The privileges of the two roles on a table.
    struct Table {
        let service: Set<String>
        /// The columns that a reader does not see; `nil` hides the whole table.
        let hiddenFromReader: Set<String>?

        init(_ service: String, hidden: Set<String>? = []) {
            self.service = Set(service.split(separator: " ").map(String.init))
            hiddenFromReader = hidden
        }
    }

    /// The roles that may call a function.
    enum FunctionAccess {
        /// None: it is a trigger function, and PostgreSQL checks the privilege only when a trigger is created.
        case trigger
        /// None: functions that run as the owner call it.
        case owner
        /// `intro_service`, because it writes.
        case service
        /// Both roles, because it only reads.
        case everyone
    }

    static let tables: [String: Table] = [
        // A key stays used: a repeated request must find it.
        "change_request": Table("SELECT INSERT"),
        // A pause or refusal that a server has ended is removed.
        "channel_pause": Table("SELECT INSERT UPDATE DELETE"),
        "channel_refusal": Table("SELECT INSERT UPDATE DELETE"),
        "client": Table("SELECT INSERT UPDATE", hidden: ["unsubscribe_token"]),
        "client_note": Table("SELECT INSERT"),
        "closed_day": Table("SELECT INSERT"),
        // Closures and seasons can be removed; the event log keeps them.
        "closure": Table("SELECT INSERT UPDATE DELETE"),
        "consent": Table("SELECT INSERT UPDATE"),
        // Contact hours, weekly hours and suppressions are replaced or lifted; the event log keeps what was there before.
        "contact_hours": Table("SELECT INSERT UPDATE DELETE"),
        "delivery_epoch": Table("SELECT INSERT UPDATE"),
        "delivery_run": Table("SELECT INSERT UPDATE"),
        "delivery_sender": Table("SELECT INSERT UPDATE"),
        "event": Table("SELECT"),
        // Written by erase_client, which runs as the owner.
        "forgotten_contact": Table("SELECT"),
        "forgotten_suppression": Table("SELECT"),
        "free_session_claim": Table("SELECT"),
        "hold": Table("SELECT INSERT UPDATE"),
        "hours": Table("SELECT INSERT UPDATE DELETE"),
        "hours_season": Table("SELECT INSERT UPDATE DELETE"),
        // Its excerpt may hold a returned message, and with it the unsubscribe token.
        "inbound_mail": Table("SELECT INSERT UPDATE", hidden: ["excerpt"]),
        "inbound_text": Table("SELECT INSERT UPDATE"),
        "job": Table("SELECT INSERT UPDATE DELETE"),
        "job_cron": Table("SELECT INSERT UPDATE DELETE"),
        "job_dead": Table("SELECT INSERT UPDATE DELETE"),
        "job_period": Table("SELECT INSERT UPDATE DELETE"),
        "job_queue": Table("SELECT INSERT UPDATE DELETE"),
        "job_runner": Table("SELECT INSERT UPDATE DELETE"),
        // A login that can read it can take the locks of desks and block them.
        "lock_salt": Table("SELECT", hidden: nil),
        "message": Table("SELECT INSERT UPDATE"),
        "privacy_key": Table("SELECT INSERT"),
        "reminder_rule": Table("SELECT INSERT UPDATE"),
        "schema_function": Table("SELECT"),
        "schema_migration": Table("SELECT"),
        "schema_release": Table("SELECT"),
        "session": Table("SELECT INSERT UPDATE"),
        "studio": Table("SELECT INSERT UPDATE"),
        "suppression": Table("SELECT INSERT UPDATE DELETE"),
        "time_off": Table("SELECT INSERT UPDATE DELETE"),
        "trainer": Table("SELECT INSERT UPDATE"),
        // A status is removed once its text is known.
        "unmatched_text_status": Table("SELECT INSERT UPDATE DELETE"),
    ]

    /// The sequences that statements use by name; those of identity columns need no privilege.
    static let sequences: [String: String] = ["job_lease": "USAGE"]

    static let functions: [String: FunctionAccess] = [
        "acknowledge_jobs": .service, "acquire_locks": .service, "active_holds": .everyone,
        "charge_rate_limit": .service,
        "claim_crashed_job": .service, "claim_jobs": .service, "client_contacts": .everyone, "close_days": .service,
        "contact_key": .everyone, "contact_time": .everyone, "database_identity": .everyone, "day_obstacle": .everyone,
        "day_skip_reason": .everyone, "dead_letter_job": .service, "delivery_hold": .everyone,
        "digest_is_to_come": .everyone, "digest_time": .everyone, "due_digests": .everyone,
        "known_start": .everyone, "trainer_notices": .everyone,
        "earlier_bookings": .everyone, "extend_free_session_claim": .trigger, "forecast_messages": .everyone,
        "first_free_station": .everyone, "free_station": .everyone, "holds_that_day": .everyone,
        "is_in_digest": .everyone, "is_known_to_client": .everyone, "is_other_database": .everyone,
        "is_within_hours": .everyone,
        "job_errors": .everyone, "job_priorities_by_age": .everyone, "later_reminders": .everyone,
        "local_days": .everyone, "lock_key": .service, "longest_quiet_hours": .everyone,
        "message_eligibility": .everyone, "message_obstacle": .everyone, "messages_of_session": .everyone,
        "messages_to_queue": .everyone,
        "next_job_in": .service, "open_slots": .everyone, "other_studio_that_day": .everyone,
        "phone_match_key": .everyone, "plan_days": .service, "plan_follow_up": .trigger, "plan_messages": .service,
        "planned_messages": .everyone, "queue_messages": .service, "rate_limit_allowance": .service,
        "recipient_address": .everyone, "record_event": .trigger, "record_given_consent": .trigger,
        "record_job_results": .service, "refuse_event_change": .trigger, "refuse_final_session_change": .trigger,
        "refuse_held_slot": .trigger, "refuse_occupied_slot": .trigger,
        "release_jobs": .service, "release_messages": .service, "rescue_jobs": .service, "reseat_sessions": .service,
        "rules_at": .everyone, "search_text": .everyone, "session_obstacle": .everyone, "sessions_that_day": .everyone,
        "slot_facts": .everyone, "start_of_day": .everyone, "trainer_hours": .everyone, "working_hours": .everyone,
        "write_free_session_claim": .trigger,
        // Personal data. Only these functions change events or delete them; see refuse_event_change.
        "block_forgotten_addresses": .trigger, "compare_forgotten_contacts": .trigger, "contact_hash": .service,
        "contacts_to_compare": .service, "erase_client": .service, "erase_messages": .owner,
        "erased_document": .everyone, "erased_mentions": .everyone, "erased_values": .everyone,
        "keep_contact_hashes": .owner,
        "mentions_person": .everyone, "names_to_hash": .service,
        "own_addresses": .service, "person_contacts": .service,
        "person_states": .service, "personal_data": .service, "personal_rows": .service, "prune_events": .service,
        "prune_inbound": .service, "prune_message_texts": .service, "refuse_forgotten_client": .trigger,
        // The previous names, which older binaries call.
        "begin_work": .service, "bury_job": .service, "is_reachable": .everyone, "judged_messages": .everyone,
        "rota": .everyone, "settle_jobs": .service,
        "timemultirange": .everyone, "timerange": .everyone,
    ]

    /// The constructors of the range type, which the constraint on weekly hours calls.
    ///
    /// Only a superuser can change the privileges on them.
    private static let rangeConstructors = ["timemultirange", "timerange"]

    /// Creates missing roles if the login may, and grants them exactly the privileges of the table above.
    ///
    /// A dump has no roles, so a restored database may need them again. Nothing is changed if nothing differs.
    ///
    /// - Parameter connection: A connection of the schema's owner, in a transaction.
    /// - Throws: ``PostgresError``.
    static func grant(on connection: Connection) async throws {
        if try await !missingRoles(on: connection).isEmpty { try await connection.execute(script: Self.roleCreation) }
        guard try await !differences(on: connection).isEmpty else { return }
        let columns = try await columns(of: connection)
        try await connection.execute(script: Self.revocationScript)
        for role in try await existingRoles(on: connection) {
            try await connection.execute(script: grants(to: role, columns: columns).joined(separator: ";\n"))
        }
    }

    /// The roles that the schema grants privileges to and that do not exist in this cluster.
    ///
    /// - Parameter connection: A connection to the database.
    /// - Returns: Their names, sorted; without them only the owner can use the schema.
    /// - Throws: ``PostgresError``.
    public static func missingRoles(on connection: Connection) async throws -> [String] {
        Set(roles).subtracting(try await existingRoles(on: connection)).sorted()
    }

    private static let roles = ["intro_service", "intro_reader"]

    private static func existingRoles(on connection: Connection) async throws -> [String] {
        try await connection.query("SELECT rolname::text FROM pg_roles WHERE rolname = ANY (\(roles))")
            .decode(String.self)
    }

    /// Compares the privileges of PUBLIC and of the two roles with the table above.
    ///
    /// - Parameter connection: A connection to the database.
    /// - Returns: The missing and the additional privileges, in words; empty if nothing differs.
    /// - Throws: ``PostgresError``.
    public static func differences(on connection: Connection) async throws -> [String] {
        let columns = try await columns(of: connection)
        // Privileges that an operator has granted to other roles are not checked.
        let ownRoles = ["PUBLIC ", "intro_service ", "intro_reader "]
        let found = Set(
            try await connection.query(Self.inventory).decode(String.self)
                .filter { entry in ownRoles.contains { entry.hasPrefix($0) } })
        let roles = Set(try await existingRoles(on: connection))
        let functions = try await connection.query(Self.ownFunctions).decode(String.self)
        let unknown = unlistedObjects(columns: columns, functions: functions)
        let ownsDatabase = try await connection.query(Self.ownsDatabase).decode(Bool.self)[0]
        let fixed = Set(rangeConstructors).subtracting(functions).map { " function \($0)" }
        let expected = Set(
            expected(columns: columns).filter { entry in
                roles.contains { entry.hasPrefix("\($0) ") } && (ownsDatabase || !entry.hasSuffix(" database"))
                    && !fixed.contains { entry.hasSuffix($0) }
            })
        return unknown + expected.subtracting(found).sorted().map { "missing: \($0)" }
            + found.subtracting(expected).sorted().map { "too much: \($0)" }
    }

    /// The end of the description of an object that is not in the tables above.
    public static let unlisted = " is not listed"

    /// Finds tables and functions in the schema that are not in the tables above.
    ///
    /// - Parameter connection: A connection to the database.
    /// - Returns: The objects, in words, such as `function mine is not listed`; sorted.
    /// - Throws: ``PostgresError``.
    public static func unlistedObjects(on connection: Connection) async throws -> [String] {
        unlistedObjects(
            columns: try await columns(of: connection),
            functions: try await connection.query(Self.ownFunctions).decode(String.self))
    }

    private static func unlistedObjects(columns: [String: [String]], functions: [String]) -> [String] {
        let tables = columns.keys.filter { Self.tables[$0] == nil }.map { "table \($0)\(unlisted)" }
        return (tables + functions.filter { Self.functions[$0] == nil }.map { "function \($0)\(unlisted)" }).sorted()
    }

    /// Returns the expected privileges, such as `intro_reader SELECT table studio`.
    private static func expected(columns: [String: [String]]) -> [String] {
        var entries: [String] = []
        for (name, table) in tables {
            entries += table.service.map { "intro_service \($0) table \(name)" }
            guard let hidden = table.hiddenFromReader else { continue }
            entries +=
                hidden.isEmpty
                ? ["intro_reader SELECT table \(name)"]
                : (columns[name] ?? []).filter { !hidden.contains($0) }.map {
                    "intro_reader SELECT column \(name).\($0)"
                }
        }
        for role in roles {
            entries += ["\(role) CONNECT database", "\(role) USAGE schema"]
        }
        entries += sequences.map { "intro_service \($0.value) sequence \($0.key)" }
        for (name, caller) in functions {
            if caller != .trigger, caller != .owner { entries.append("intro_service EXECUTE function \(name)") }
            if caller == .everyone { entries.append("intro_reader EXECUTE function \(name)") }
        }
        return entries
    }

    private static func grants(to role: String, columns: [String: [String]]) -> [String] {
        var statements: [String] = []
        for (name, table) in tables.sorted(by: { $0.key < $1.key }) where columns[name] != nil {
            if role == "intro_service" {
                statements.append("GRANT \(table.service.sorted().joined(separator: ", ")) ON \(name) TO \(role)")
            } else if let hidden = table.hiddenFromReader {
                let seen = (columns[name] ?? []).filter { !hidden.contains($0) }
                let list = hidden.isEmpty ? "" : " (\(seen.joined(separator: ", ")))"
                statements.append("GRANT SELECT\(list) ON \(name) TO \(role)")
            }
        }
        if role == "intro_service" {
            statements += sequences.map { "GRANT \($0.value) ON SEQUENCE \($0.key) TO \(role)" }
        }
        let callable = functions.filter { $0.value == .everyone || $0.value == .service && role == "intro_service" }
        let names = callable.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
        statements.append(
            """
            DO $$
            DECLARE
                v_function regprocedure;
            BEGIN
                FOR v_function IN
                    SELECT oid FROM pg_proc
                    WHERE pronamespace = current_schema()::regnamespace AND proname IN (\(names))
                LOOP
                    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO \(role)', v_function);
                END LOOP;
            END
            $$
            """)
        return statements
    }

    private static func columns(of connection: Connection) async throws -> [String: [String]] {
        let rows = try await connection.query(
            """
            SELECT c.relname::text, a.attname::text
            FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
            ORDER BY c.relname, a.attnum
            """
        ).decode((String, String).self)
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}
