public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// What is sent, when and to whom, as the office decides; every change is logged with who made it.
public struct RuleEditor: Sendable {
    let database: Database
    let actor: String

    /// Opens the book.
    ///
    /// - Parameters:
    ///   - database: Where the rules are.
    ///   - actor: Who acts, for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Adds a rule; it counts from now on.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - now: What had been due before is not made up for.
    /// - Returns: The rule as it is kept.
    /// - Throws: ``InvalidInput``, ``NotFound`` for the studio, ``Refusal`` of the rule `already_exists`, or
    ///   ``PostgresError``.
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

    /// Changes a rule, or makes a studio's own of the chain's.
    ///
    /// What was sent stays sent, and nothing is sent again. What waits follows the new rule.
    ///
    /// - Parameters:
    ///   - key: The rule's name.
    ///   - studio: The studio where it is to be otherwise; `nil` is the chain.
    ///   - now: What had been due before is not made up for.
    ///   - change: The change.
    /// - Returns: The rule as it is now.
    /// - Throws: ``InvalidInput``, ``NotFound``, or ``PostgresError``.
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

    /// Sets when people may be written to.
    ///
    /// - Parameters:
    ///   - region: Two letters (ISO 3166-1), or `*` for every region that has none of its own.
    ///   - channel: The channel.
    ///   - hours: The hours; `nil` removes a region's own.
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
                var work = BookingLocks(actor: actor)
                work.locks.append("reminder rules")
                try await work.begin(on: connection)
                // Of a large chain, what waits in the ledger takes its time to follow a rule.
                try await connection.setLocalStatementTimeout(.seconds(600))
                return try await body(connection)
            }
        }
    }
}

extension ReminderRule {
    /// What decides whether, when and where its messages go out; the words may change without moving anything.
    fileprivate var timing: [String?] {
        [
            anchor.rawValue, offset.description, time?.description, channel.rawValue, audience.rawValue,
            condition?.rawValue, isEnabled.description,
        ]
    }
}
