public import Booking
import BookingStore
import FoundationEssentials
public import Postgres

/// The stored rules for sending messages.
public struct RuleRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns all rules by name, the chain's before those of single studios; or the rules that apply at one studio.
    ///
    /// - Parameter studio: A studio; `nil` for all rules.
    /// - Returns: The rules.
    /// - Throws: ``PostgresError``.
    public func all(at studio: Studio.ID? = nil) async throws -> StoredRules {
        guard let studio else {
            return try await read("\(Self.select(from: "reminder_rule")) ORDER BY rule.key, studio.slug NULLS FIRST")
        }
        return try await read("\(Self.select(from: "rules_at(\(studio.value))")) ORDER BY rule.key")
    }

    /// Returns the rule of a name that applies at a studio, or chain-wide.
    ///
    /// - Parameters:
    ///   - key: The name.
    ///   - studio: The studio; `nil` for the chain.
    /// - Returns: The studio's own rule, otherwise the chain's.
    /// - Throws: ``NotFound``, ``UnknownRule`` or ``PostgresError``.
    public func named(_ key: Handle, at studio: Handle?) async throws -> ReminderRule {
        let stored = try await read(
            """
            \(Self.select(from: "reminder_rule"))
            WHERE rule.key = \(key.text) AND (studio.slug IS NULL OR studio.slug = \(studio?.text))
            ORDER BY studio.slug NULLS LAST
            """)
        guard stored.unknown.isEmpty else { throw UnknownRule(key: key) }
        // A rule that exists only for another studio is not found.
        guard let rule = stored.rules.first else { throw NotFound(.rule(key)) }
        return rule
    }

    /// Checks that the chain or any studio has a rule of a name.
    ///
    /// - Parameter key: The name.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    func checkExists(_ key: Handle) async throws {
        let exists = try await connection.query("SELECT EXISTS (SELECT FROM reminder_rule WHERE key = \(key.text))")
            .decode(Bool.self)[0]
        guard exists else { throw NotFound(.rule(key)) }
    }

    func insert(_ rule: ReminderRule) async throws {
        try await connection.query(
            """
            INSERT INTO reminder_rule (
                key, studio_id, anchor, lag_days, lag_minutes, at_time, channel, audience, template, condition, enabled,
                since)
            VALUES (
                \(rule.key.text), (SELECT id FROM studio WHERE slug = \(rule.studio?.text)), \(rule.anchor.rawValue),
                \(Int32(rule.offset.days)), \(Int32(rule.offset.minutes)), \(rule.time?.description)::text::time,
                \(rule.channel.rawValue), \(rule.audience.rawValue), \(rule.template.text),
                \(rule.condition?.rawValue), \(rule.isEnabled), coalesce(\(rule.since), '-infinity'))
            """)
    }

    func update(_ rule: ReminderRule) async throws {
        try await connection.query(
            """
            UPDATE reminder_rule AS rule
            SET anchor = \(rule.anchor.rawValue),
                lag_days = \(Int32(rule.offset.days)),
                lag_minutes = \(Int32(rule.offset.minutes)),
                at_time = \(rule.time?.description)::text::time,
                channel = \(rule.channel.rawValue),
                audience = \(rule.audience.rawValue),
                template = \(rule.template.text),
                condition = \(rule.condition?.rawValue),
                enabled = \(rule.isEnabled),
                since = coalesce(\(rule.since), '-infinity')
            WHERE rule.key = \(rule.key.text)
              AND rule.studio_id IS NOT DISTINCT FROM (SELECT id FROM studio WHERE slug = \(rule.studio?.text))
            """)
    }

    /// Updates the waiting messages of a rule after a change.
    ///
    /// Messages whose new due time is in the past, and messages that were attempted, are not changed: none is lost, and
    /// none is sent twice.
    func reschedule(_ key: Handle, at studio: Handle?) async throws {
        try await connection.query(
            """
            UPDATE message AS m
            SET due_at = planned.due_at,
                reason = planned.reason,
                channel = planned.channel,
                audience = planned.audience,
                wait_until = NULL
            FROM planned_messages() AS planned
            WHERE planned.rule = \(key.text)
              AND (\(studio?.text)::text IS NULL
                   OR planned.studio_id = (SELECT id FROM studio WHERE slug = \(studio?.text)))
              AND planned.status = 'queued'
              AND m.session_id = planned.session_id
              AND m.rule = planned.rule
              AND m.revision = planned.revision
              AND m.status = 'queued'
              AND m.attempts = 0
              AND (m.due_at, m.reason, m.channel, m.audience)
                  IS DISTINCT FROM (planned.due_at, planned.reason, planned.channel, planned.audience)
            """)
    }

    /// Stores the messages of a new rule for existing sessions.
    ///
    /// Messages relative to a start need no such step: a batch plans them when they are due. Messages due before now
    /// are not sent.
    func plan(_ key: Handle, now: Date) async throws {
        try await connection.query("SELECT queue_messages('rule', p_rule => \(key.text), p_now => \(now))")
    }

    private static func select(from source: SQL) -> SQL {
        """
        SELECT rule.key, studio.slug, rule.anchor, rule.lag_days, rule.lag_minutes, to_char(rule.at_time, 'HH24:MI'),
               rule.channel, rule.audience, rule.template, rule.condition, rule.enabled,
               nullif(rule.since, '-infinity')
        FROM \(source) AS rule
        LEFT JOIN studio ON studio.id = rule.studio_id
        """
    }

    private func read(_ sql: SQL) async throws -> StoredRules {
        var stored = StoredRules()
        try await connection.query(sql).forEach { try stored.append(&$0) }
        return stored
    }
}

/// The rules of a database, as far as this version knows them.
///
/// After an upgrade, earlier versions run beside the newer one, whose rules can have an anchor that they do not know.
public struct StoredRules: Sendable {
    /// The rules that this version can apply.
    public private(set) var rules: [ReminderRule] = []
    /// The names of the rules of a newer version.
    public private(set) var unknown: [Handle] = []

    fileprivate mutating func append(_ row: inout Row) throws {
        let key = try Handle(row.next(String.self))
        do {
            rules.append(
                ReminderRule(
                    key: key, studio: try row.next(String?.self).map { try Handle($0) }, anchor: try row.nextCode(),
                    offset: RuleOffset(days: Int(try row.next(Int32.self)), minutes: Int(try row.next(Int32.self))),
                    time: try row.next(String?.self).map { try LocalTime($0) }, channel: try row.nextCode(),
                    audience: try row.nextCode(), template: try Handle(row.next(String.self)),
                    condition: try row.nextCode(), isEnabled: try row.next(), since: try row.next()))
        } catch is UnknownCode {
            unknown.append(key)
        }
    }
}

/// An error for a rule that a newer version stored, with a code that this version does not know.
public struct UnknownRule: Error, Equatable {
    /// The name of the rule.
    public let key: Handle
}
