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
        return try await runToCompletion { try await compare() }
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
        try journal.record(result.state)
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

/// What the database says to a sender about restores and promotions.
public struct DeliveryEpochState: Sendable, Equatable {
    /// How the journal of a sender stands against the database.
    public enum Reconciliation: String, Sendable, CaseIterable {
        /// It was compared with the database.
        case done
        /// It was not compared yet, and messages wait.
        case awaited
        /// A new sender came in the place of this one, and messages are held.
        case missing
    }

    /// The name of the present epoch.
    public var epoch: UUID
    /// When the present epoch was noticed by the database's clock, in microseconds since 1970.
    public var noticedAt: Int64
    /// The name of the database, which a copy or a restore of it keeps.
    public var databaseName: UUID
    /// The system identifier of the cluster, where it can be read.
    public var systemIdentifier: Int64?
    /// The timeline of the cluster, where it can be read.
    public var timeline: Int32?
    /// Whether a sender has recorded the identity of the database.
    public var isIdentified: Bool
    /// Whether the database is another than the one in which the epoch was recorded.
    public var hasChanged: Bool
    /// Whether it lacks one of the sender's own runs in this epoch.
    public var isMissingRuns: Bool
    /// How the sender's own journal stands; `nil` where the database does not know the sender.
    public var own: Reconciliation?
    /// Whether messages wait for the journals of other senders.
    public var waitsForOtherSenders: Bool

    /// Describes a state.
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

/// What a sender has to do before it sends, as a function of what its journal and the database say.
public struct ReconciliationDecision: Sendable, Equatable {
    /// Why a new epoch begins.
    public enum Cause: String, Sendable, CaseIterable {
        /// The database was restored to another place, or promoted.
        case databaseChanged = "database_changed"
        /// The journal lists a run or an epoch that the database does not have: it was restored in place.
        case journalAhead = "journal_ahead"
    }

    /// Why a new epoch begins; `nil` where none does.
    public let beginsEpoch: Cause?
    /// Whether the journal is compared with the ledger.
    public let comparesJournal: Bool
    /// Whether the sender is recorded as reconciled.
    public let registers: Bool
    /// Whether the journals that are awaited count as missing, because this sender is new.
    public let replacesOthers: Bool

    /// Decides.
    ///
    /// - Parameters:
    ///   - state: What the database says.
    ///   - journalIsNew: Whether nothing was ever written to the journal.
    ///   - epochs: The epochs in which the journal was compared, with the time when each was noticed.
    public init(_ state: DeliveryEpochState, journalIsNew: Bool, epochs: [UUID: Int64]) {
        // A database that is in an earlier epoch than its journals went back, too.
        let isAhead = state.isMissingRuns || epochs.values.contains { $0 > state.noticedAt }
        beginsEpoch = state.hasChanged ? .databaseChanged : isAhead ? .journalAhead : nil
        let isCompared = beginsEpoch == nil && epochs[state.epoch] != nil && state.own == .done
        comparesJournal = !isCompared && !journalIsNew
        registers = !isCompared
        // A sender that the database knows, or whose journal has entries, is not a new machine.
        replacesOthers = journalIsNew && state.own == nil && (beginsEpoch != nil || state.waitsForOtherSenders)
    }

    /// Whether there is anything to do.
    public var isNeeded: Bool { registers }
}
