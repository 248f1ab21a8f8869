import BookingStore
public import FoundationEssentials
public import Postgres

/// The comparison of senders' journals with the ledger after a restore or a promotion, and the operators' decisions.
public struct DeliveryReconciliation: Sendable {
    /// The content of a sender's journal.
    public struct Journal: Sendable {
        /// The ID.
        public let id: UUID
        /// The host of the sender.
        public let host: String
        /// Whether the journal is empty.
        public let isNew: Bool
        /// The epochs in which it was compared, and the time of each.
        public let epochs: [UUID: Int64]
        /// The last runs.
        public let runs: [RecordedRun]
        /// The last attempt of each message.
        public let attempts: [DeliveryAttempt]
        /// The latest due time of the messages that its runs sent; `nil` without runs.
        public let horizon: Date?

        /// Creates the content of a journal.
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

    /// The result of a comparison.
    public struct Result: Sendable, Equatable {
        /// The state that the journal was compared with.
        public let state: DeliveryEpochState
        /// The decision.
        public let decision: ReconciliationDecision
        /// The number of messages that were marked as unknown.
        public let restored: Int
        /// The messages that are held now; `nil` if none is held.
        public let held: HeldMessages?
    }

    let database: Database
    let actor: String

    /// Creates the comparison for a database.
    ///
    /// - Parameters:
    ///   - database: The database of the ledger.
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
    /// Messages up to the journal's horizon are planned first, so that messages which were not planned at the time of
    /// the backup are in the ledger, and are not planned as new ones later.
    ///
    /// - Parameters:
    ///   - journal: The journal.
    ///   - now: The current time.
    /// - Returns: The result.
    /// - Throws: `PostgresError`.
    public func reconcile(_ journal: Journal, now: Date) async throws -> Result {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
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
    /// An operator's decision about held messages.
    public enum Decision: Sendable, Equatable {
        /// Messages due from this time may have been sent before the restore, and are marked as unknown. The others are
        /// sent.
        case hold(sentSince: Date)
        /// All messages are sent.
        case release
    }

    /// The result of a decision.
    public struct Settlement: Sendable {
        /// The number of messages that were marked as unknown.
        public let unknown: Int
        /// The number of messages that are sent.
        public let released: Int
        /// All held messages, in their current state.
        public let messages: [LedgerEntry]
    }

    /// Ends the hold of messages.
    ///
    /// - Parameters:
    ///   - decision: The decision.
    ///   - isDryRun: Whether to return the messages without a change.
    ///   - now: The current time.
    /// - Returns: The messages; none if none is held.
    /// - Throws: `PostgresError`.
    public func settle(_ decision: Decision, dryRun isDryRun: Bool, now: Date) async throws -> Settlement {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            let epochs = DeliveryEpochRepository(connection)
            try await epochs.lock()
            // The operator's decision may precede the first run of a sender.
            if try await epochs.state(of: nil, runs: []).hasChanged, !isDryRun {
                try await epochs.begin(.databaseChanged, after: [], now: now)
            }
            guard let held = try await epochs.heldMessages(until: now) else {
                return Settlement(unknown: 0, released: 0, messages: [])
            }
            // Messages that were not planned at the time of the backup may have been sent too.
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
    /// Returns whether a message that could be sent from a given time may have been sent before the restore.
    ///
    /// A message that was still waiting when messages were held, for example for quiet hours, was not sent.
    fileprivate func mayHaveBeenSent(_ sendableAt: Date, heldUntil dueBefore: Date) -> Bool {
        guard case .hold(let since) = self else { return false }
        return sendableAt >= since && sendableAt <= dueBefore
    }
}

extension LedgerRepository {
    /// Returns the rows of the given IDs.
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
