public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// An editor of reminder rules and contact hours; every change is logged with its actor.
public struct RuleEditor: Sendable {
    let database: Database
    let actor: String

    /// Creates an editor.
    ///
    /// - Parameters:
    ///   - database: The database of the rules.
    ///   - actor: The actor for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Adds a rule that applies from now on.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - now: The current time; messages due before are not sent.
    /// - Returns: The rule as stored.
    /// - Throws: ``ReminderRule/Inconsistency``, ``NotFound`` for the studio, ``Refusal`` of the rule `already_exists`,
    ///   or ``PostgresError``.
    public func add(_ rule: ReminderRule, now: Date) async throws -> ReminderRule {
        try rule.validate()
        return try await inTransaction { connection in
            if let studio = rule.studio { _ = try await StudioRepository(connection).named(studio) }
            var rule = rule
            rule.since = now
            let rules = RuleRepository(connection)
            try await rules.insert(rule)
            try await rules.plan(rule.key, now: now)
            return rule
        }
    }

    /// Changes a rule, or creates a studio's own version of the chain's rule.
    ///
    /// Sent messages are not sent again. Waiting messages follow the changed rule.
    ///
    /// - Parameters:
    ///   - key: The rule's name.
    ///   - studio: The studio that the change applies to; `nil` is the chain.
    ///   - now: The current time; messages due before are not sent.
    ///   - change: The change.
    /// - Returns: The changed rule.
    /// - Throws: ``ReminderRule/Inconsistency``, ``NotFound``, or ``PostgresError``.
    public func edit(
        _ key: Handle, at studio: Handle?, now: Date, _ change: @Sendable (inout ReminderRule) throws -> Void
    ) async throws -> ReminderRule {
        try await inTransaction { connection in
            if let studio { _ = try await StudioRepository(connection).named(studio) }
            let rules = RuleRepository(connection)
            let before = try await rules.named(key, at: studio)
            var rule = before
            try change(&rule)
            try rule.validate()
            if rule.timing != before.timing { rule.since = now }
            if before.studio == studio {
                try await rules.update(rule)
            } else {
                rule.studio = studio
                try await rules.insert(rule)
            }
            guard rule.timing != before.timing else { return rule }
            try await rules.reschedule(key, at: studio)
            try await rules.plan(key, now: now)
            return rule
        }
    }

    /// Sets the allowed contact hours.
    ///
    /// - Parameters:
    ///   - region: An ISO 3166-1 code of two letters, or `*` for every region without its own hours.
    ///   - channel: The channel.
    ///   - hours: The hours; `nil` removes the region's own hours.
    /// - Throws: ``PostgresError``.
    public func set(contactHoursOf region: String, by channel: Channel, to hours: WeeklyHours?) async throws {
        try await inTransaction { connection in
            try await ContactHoursRepository(connection).set(region, channel, hours)
        }
    }

    private func inTransaction<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await ConstraintRefusal.translating {
            try await database.transaction { connection in
                var bookingLocks = BookingLocks(actor: actor)
                bookingLocks.locks.append("reminder rules")
                await bookingLocks.begin(on: connection)
                // In a large chain, rescheduling the waiting messages of a rule can take minutes.
                try await connection.setLocalStatementTimeout(.seconds(600))
                return try await body(connection)
            }
        }
    }
}

extension ReminderRule {
    /// The fields that decide whether, when and to whom its messages are sent; a template may change without
    /// rescheduling.
    fileprivate var timing: [String?] {
        [
            anchor.rawValue, offset.description, time?.description, channel.rawValue, audience.rawValue,
            condition?.rawValue, isEnabled.description,
        ]
    }
}
