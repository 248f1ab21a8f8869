import BookingStore
public import FoundationEssentials
public import Postgres

/// Compares the journals of senders with the ledger after a restore or a promotion, and carries out what operators decide.
public struct DeliveryReconciliation: Sendable {
    /// What the journal of a sender says.
    public struct Journal: Sendable {
        /// Its id.
        public let id: UUID
        /// Where the sender runs.
        public let host: String
        /// Whether nothing was ever written to it.
        public let isNew: Bool
        /// The epochs in which it was compared, with the time when each was noticed.
        public let epochs: [UUID: Int64]
        /// The last runs that it lists.
        public let runs: [RecordedRun]
        /// The last attempt of each message.
        public let attempts: [DeliveryAttempt]
        /// Until when messages were due that its runs sent; `nil` where it lists none.
        public let horizon: Date?

        /// Describes a journal.
        public init(
            id: UUID, host: String, isNew: Bool, epochs: [UUID: Int64], runs: [RecordedRun],
            attempts: [DeliveryAttempt],
            horizon: Date?
        ) {
            self.id = id
            self.host = host
            self.isNew = isNew
            self.epochs = epochs
            self.runs = runs
            self.attempts = attempts
            self.horizon = horizon
        }
    }

    /// What came of a comparison.
    public struct Result: Sendable, Equatable {
        /// The state that the journal was compared with.
        public let state: DeliveryEpochState
        /// What was decided.
        public let decision: ReconciliationDecision
        /// How many messages were marked as unknown.
        public let restored: Int
        /// What is held now; `nil` where nothing is.
        public let held: HeldMessages?
    }

    let database: Database
    let actor: String

    /// Works on a database.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - actor: The sender or operator, for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Records the identity of a database in which nothing was sent yet.
    ///
    /// - Throws: `PostgresError`.
    public func identify() async throws {
        try await database.transaction { connection in
            let epochs = DeliveryEpochRepository(connection)
            try await epochs.lock()
            try await epochs.identify()
        }
    }

    /// Compares a journal with the ledger.
    ///
    /// What the journal lists is planned first: messages that had not been planned at the moment of the backup are then in
    /// the ledger, and are not planned as new ones later.
    ///
    /// - Parameters:
    ///   - journal: The journal.
    ///   - now: The present instant.
    /// - Returns: What came of it.
    /// - Throws: `PostgresError`.
    public func reconcile(_ journal: Journal, now: Date) async throws -> Result {
        try await database.transaction { connection in
            try await BookingLocks(actor: actor).begin(on: connection)
            if !journal.isNew {
                try await DeliveryRepository(connection).plan(until: max(journal.horizon ?? now, now), now: now)
            }
            let epochs = DeliveryEpochRepository(connection)
            try await epochs.lock()
            let before = try await epochs.state(of: journal.id, runs: journal.runs)
            let decision = ReconciliationDecision(before, journalIsNew: journal.isNew, epochs: journal.epochs)
            if let cause = decision.beginsEpoch {
                try await epochs.begin(cause, after: Array(journal.epochs.values), now: now)
            }
            let restored =
                decision.comparesJournal
                ? try await LedgerRepository(connection).markRestored(journal.attempts) : 0
            if decision.registers { try await epochs.register(journal.id, host: journal.host) }
            if decision.replacesOthers { try await epochs.markAwaitedAsMissing() }
            let held = try await epochs.heldMessages(until: now)
            if decision.comparesJournal, held == nil { try await SessionMessages(connection).requestDelivery() }
            return Result(
                state: try await epochs.state(of: journal.id, runs: []), decision: decision, restored: restored,
                held: held)
        }
    }
}

extension DeliveryReconciliation {
    /// What an operator decides about held messages.
    public enum Decision: Sendable, Equatable {
        /// Messages due from an instant on may have been sent before the restore: they are marked as unknown. The others
        /// are sent.
        case hold(sentSince: Date)
        /// All are sent.
        case release
    }

    /// What came of a decision.
    public struct Settlement: Sendable {
        /// How many messages were marked as unknown.
        public let unknown: Int
        /// How many are sent.
        public let released: Int
        /// All of them, as they are now.
        public let messages: [LedgerEntry]
    }

    /// Ends the hold of messages.
    ///
    /// - Parameters:
    ///   - decision: What becomes of them.
    ///   - isDryRun: Whether only to tell which messages are meant.
    ///   - now: The present instant.
    /// - Returns: The messages; none where nothing is held.
    /// - Throws: `PostgresError`.
    public func settle(_ decision: Decision, dryRun isDryRun: Bool, now: Date) async throws -> Settlement {
        try await database.transaction { connection in
            try await BookingLocks(actor: actor).begin(on: connection)
            let epochs = DeliveryEpochRepository(connection)
            try await epochs.lock()
            // The operator may be faster than the first sender.
            if try await epochs.state(of: nil, runs: []).hasChanged, !isDryRun {
                try await epochs.begin(.databaseChanged, after: [], now: now)
            }
            guard let held = try await epochs.heldMessages(until: now) else {
                return Settlement(unknown: 0, released: 0, messages: [])
            }
            // What had not been planned at the moment of the backup may have been sent as well.
            if !isDryRun { try await DeliveryRepository(connection).plan(until: held.dueBefore, now: now) }
            let ledger = LedgerRepository(connection)
            let queued = try await ledger.queued(dueUntil: held.dueBefore)
            let doubtful = queued.filter { decision.mayHaveBeenSent($0.sendableAt, heldUntil: held.dueBefore) }.map(
                \.id)
            if !isDryRun {
                try await ledger.markRestored(ids: doubtful)
                if case .hold(let since) = decision {
                    try await epochs.end(sentSince: since)
                } else {
                    try await epochs.end(sentSince: nil)
                }
                try await SessionMessages(connection).requestDelivery()
            }
            return Settlement(
                unknown: doubtful.count, released: queued.count - doubtful.count,
                messages: try await ledger.entries(queued.map(\.id)))
        }
    }
}

extension DeliveryReconciliation.Decision {
    /// Whether a message that could be sent from an instant on may have been sent before the restore.
    ///
    /// One that was still to wait when messages were held, such as for quiet hours, was not.
    fileprivate func mayHaveBeenSent(_ sendableAt: Date, heldUntil dueBefore: Date) -> Bool {
        guard case .hold(let since) = self else { return false }
        return sendableAt >= since && sendableAt <= dueBefore
    }
}

extension LedgerRepository {
    /// The rows of some keys.
    func entries(_ ids: [Int64]) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT \(LedgerEntry.columns)
            FROM message AS m
            \(LedgerEntry.joins)
            WHERE m.id = ANY(\(ids))
            ORDER BY m.id
            """
        ).map { try LedgerEntry(&$0) }
    }
}
