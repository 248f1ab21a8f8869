import BookingStore
public import FoundationEssentials
public import Logging
public import Postgres

/// Compares a sender's journal with the database whenever that was restored or promoted.
public struct JournalReconciler: Sendable {
    let database: Database
    let journal: AttemptJournal
    let actor: String
    let host: String
    let clock: @Sendable () -> Date
    let level: Logger.Level
    let logger: Logger

    /// Prepares a sender.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - journal: The sender's journal.
    ///   - actor: The sender, for the event log.
    ///   - host: Where it runs.
    ///   - clock: The clock by which messages are due.
    ///   - level: How a restore is logged; lower where the caller itself reports it.
    ///   - logger: Where restores are logged.
    public init(
        database: Database, journal: AttemptJournal, actor: String, host: String, clock: @escaping @Sendable () -> Date,
        level: Logger.Level = .warning, logger: Logger
    ) {
        self.database = database
        self.journal = journal
        self.actor = actor
        self.host = host
        self.clock = clock
        self.level = level
        self.logger = logger
    }

    /// What a sender is to know before it sends.
    public struct Outcome: Sendable, Equatable {
        /// The present epoch.
        public let epoch: UUID
        /// How many messages were marked as unknown.
        public let restored: Int
    }

    /// Makes sure that the journal was compared with the database as it is; costs one query where it was.
    ///
    /// - Returns: What came of it.
    /// - Throws: `PostgresError` or `JournalError`.
    @discardableResult
    public func reconcile() async throws -> Outcome {
        let state = try await state()
        let summary = try journal.open(database: state.databaseName, at: clock())
        let decision = ReconciliationDecision(state, journalIsNew: summary.isNew, epochs: summary.epochs)
        guard decision.isNeeded else { return Outcome(epoch: state.epoch, restored: 0) }
        return try await finishing { try await compare() }
    }

    /// What the database says of the journal; a database in which nothing was sent yet is given its name.
    private func state() async throws -> DeliveryEpochState {
        let known = journal.summary
        let state = try await read(known)
        if state.isIdentified, state.databaseName == known?.database { return state }
        if !state.isIdentified {
            try await DeliveryReconciliation(database: database, actor: actor).identify()
        }
        let name = try await read(nil).databaseName
        return try await read(try journal.open(database: name, at: clock()))
    }

    private func read(_ journal: AttemptJournal.Summary?) async throws -> DeliveryEpochState {
        try await database.withConnection {
            try await DeliveryEpochRepository($0).state(of: journal?.id, runs: journal?.runs ?? [])
        }
    }

    private func compare() async throws -> Outcome {
        guard let summary = journal.summary else { throw JournalError(path: host, number: 2) }
        let (content, now) = (try journal.content(), clock())
        let result = try await DeliveryReconciliation(database: database, actor: actor).reconcile(
            DeliveryReconciliation.Journal(
                id: summary.id, host: host, isNew: content.isEmpty, epochs: content.epochs, runs: summary.runs,
                attempts: Array(content.attempts.values), horizon: content.horizon.map { Date(microseconds: $0) }),
            now: now)
        try journal.remember(result.state)
        log(result)
        return Outcome(epoch: result.state.epoch, restored: result.restored)
    }

    /// Logs what a comparison came to; the first one of a new sender is none.
    private func log(_ result: DeliveryReconciliation.Result) {
        guard result.decision.comparesJournal || result.decision.beginsEpoch != nil else { return }
        logger.log(
            level: level,
            "the database was restored or promoted; the journal of this sender was compared with it",
            metadata: [
                "cause": "\(result.decision.beginsEpoch?.rawValue ?? "noticed_before")",
                "unknown": "\(result.restored)",
                "held": "\(result.held?.count ?? 0)",
                "waiting_for": "\(result.held?.hosts.joined(separator: " ") ?? "")",
            ])
        guard let held = result.held, held.reason == .held else { return }
        logger.log(
            level: level == .warning ? .error : level,
            """
            messages are held, because the journal of another sender is missing: see `intro reminders hold` and \
            `intro reminders release`
            """,
            metadata: ["messages": "\(held.count)"])
    }
}
