public import FoundationEssentials
public import Logging
public import Postgres

/// A comparison of a sender's journal with the database after a restore or a promotion.
public struct JournalReconciler: Sendable {
    let database: Database
    let journal: AttemptJournal
    let actor: String
    let host: String
    let clock: @Sendable () -> Date
    let level: Logger.Level
    let advice: DeliveryAdvice
    let logger: Logger

    /// Creates the reconciler of a sender.
    ///
    /// - Parameters:
    ///   - database: The database of the ledger.
    ///   - journal: The sender's journal.
    ///   - actor: The sender, for the event log.
    ///   - host: The host of the sender.
    ///   - clock: The clock by which messages are due.
    ///   - level: The log level of a restore; lower if the caller reports it.
    ///   - advice: The advice that the log adds.
    ///   - logger: The log.
    public init(
        database: Database, journal: AttemptJournal, actor: String, host: String, clock: @escaping @Sendable () -> Date,
        level: Logger.Level = .warning, advice: DeliveryAdvice = .none, logger: Logger
    ) {
        self.database = database
        self.journal = journal
        self.actor = actor
        self.host = host
        self.clock = clock
        self.level = level
        self.advice = advice
        self.logger = logger
    }

    /// The result of a reconciliation.
    public struct Outcome: Sendable, Equatable {
        /// The current epoch.
        public let epoch: UUID
        /// The number of messages that were marked as unknown.
        public let restored: Int
    }

    /// Compares the journal with the database unless that was done in the current epoch, which takes one query to
    /// check.
    ///
    /// - Returns: The result.
    /// - Throws: `PostgresError` or `JournalError`.
    @discardableResult
    public func reconcile() async throws -> Outcome {
        let state = try await state()
        let summary = try journal.open(database: state.databaseName, at: clock())
        let decision = ReconciliationDecision(state, journalIsNew: summary.isNew, epochs: summary.epochs)
        guard decision.isNeeded else { return Outcome(epoch: state.epoch, restored: 0) }
        return try await runToCompletion { try await compare() }
    }

    /// Returns the state of the database for this journal, and first records the identity of a database in which
    /// nothing was sent yet.
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
        try journal.record(result.state)
        log(result)
        return Outcome(epoch: result.state.epoch, restored: result.restored)
    }

    /// Logs the result of a comparison, unless a new sender was only registered.
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
        let message = advice.message(
            "messages are held, because the journal of another sender is missing", on: .journalMissing)
        logger.log(
            level: level == .warning ? .error : level, "\(message)",
            metadata: ["messages": .stringConvertible(held.count)])
    }
}

/// The state of a database for a sender, with regard to restores and promotions.
public struct DeliveryEpochState: Sendable, Equatable {
    /// The state of a sender's journal in the database.
    public enum Reconciliation: String, Sendable, CaseIterable {
        /// It was compared with the database.
        case done
        /// It was not compared yet, and messages are held.
        case awaited
        /// A new sender has replaced this one, and messages are held.
        case missing
    }

    /// The token of the current epoch.
    public var epoch: UUID
    /// The time of the current epoch by the database's clock, in microseconds since 1970.
    public var noticedAt: Int64
    /// The token of the database's first epoch, which a copy or a restore keeps.
    public var databaseName: UUID
    /// The system identifier of the cluster, if it can be read.
    public var systemIdentifier: Int64?
    /// The timeline of the cluster, if it can be read.
    public var timeline: Int32?
    /// Whether a sender has recorded the identity of the database.
    public var isIdentified: Bool
    /// Whether the database differs from the one in which the epoch was recorded.
    public var hasChanged: Bool
    /// Whether the database lacks a run of this sender in this epoch, or its recorded end.
    public var isMissingRuns: Bool
    /// The state of the sender's journal; `nil` if the database does not know the sender.
    public var own: Reconciliation?
    /// Whether messages are held for the journals of other senders.
    public var waitsForOtherSenders: Bool

    /// Creates a state.
    public init(
        epoch: UUID, noticedAt: Int64, databaseName: UUID, systemIdentifier: Int64? = nil, timeline: Int32? = nil,
        isIdentified: Bool, hasChanged: Bool, isMissingRuns: Bool, own: Reconciliation?, waitsForOtherSenders: Bool
    ) {
        self.epoch = epoch
        self.noticedAt = noticedAt
        self.databaseName = databaseName
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.isIdentified = isIdentified
        self.hasChanged = hasChanged
        self.isMissingRuns = isMissingRuns
        self.own = own
        self.waitsForOtherSenders = waitsForOtherSenders
    }
}

/// The steps that a sender must take before it sends, as a function of its journal and the database.
public struct ReconciliationDecision: Sendable, Equatable {
    /// The cause of a new epoch.
    public enum Cause: String, Sendable, CaseIterable {
        /// The database was restored to another place, or promoted.
        case databaseChanged = "database_changed"
        /// The journal lists a run or an epoch that the database does not have: it was restored in place.
        case journalAhead = "journal_ahead"
    }

    /// The cause of a new epoch; `nil` if none begins.
    public let beginsEpoch: Cause?
    /// Whether the journal is compared with the ledger.
    public let comparesJournal: Bool
    /// Whether the sender is recorded as reconciled.
    public let registers: Bool
    /// Whether the awaited journals are marked as missing, because this sender is new.
    public let replacesOthers: Bool

    /// Creates the decision.
    ///
    /// - Parameters:
    ///   - state: The state of the database.
    ///   - journalIsNew: Whether the journal is empty.
    ///   - epochs: The epochs in which the journal was compared, and the time of each.
    public init(_ state: DeliveryEpochState, journalIsNew: Bool, epochs: [UUID: Int64]) {
        // A database in an earlier epoch than the journal was restored as well.
        let isAhead = state.isMissingRuns || epochs.values.contains { $0 > state.noticedAt }
        beginsEpoch = state.hasChanged ? .databaseChanged : isAhead ? .journalAhead : nil
        let isCompared = beginsEpoch == nil && epochs[state.epoch] != nil && state.own == .done
        comparesJournal = !isCompared && !journalIsNew
        registers = !isCompared
        // A sender that the database knows, or whose journal has entries, is not a new machine.
        replacesOthers = journalIsNew && state.own == nil && (beginsEpoch != nil || state.waitsForOtherSenders)
    }

    /// Whether any step is required.
    public var isNeeded: Bool { registers }
}
