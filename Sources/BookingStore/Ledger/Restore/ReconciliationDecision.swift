public import FoundationEssentials

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
    public var lacksRuns: Bool
    /// How the sender's own journal stands; `nil` where the database does not know the sender.
    public var own: Reconciliation?
    /// Whether messages wait for the journals of other senders.
    public var awaitsOthers: Bool

    /// Describes a state.
    public init(
        epoch: UUID, noticedAt: Int64, databaseName: UUID, systemIdentifier: Int64? = nil, timeline: Int32? = nil,
        isIdentified: Bool, hasChanged: Bool, lacksRuns: Bool, own: Reconciliation?, awaitsOthers: Bool
    ) {
        self.epoch = epoch
        self.noticedAt = noticedAt
        self.databaseName = databaseName
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.isIdentified = isIdentified
        self.hasChanged = hasChanged
        self.lacksRuns = lacksRuns
        self.own = own
        self.awaitsOthers = awaitsOthers
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
        let isAhead = state.lacksRuns || epochs.values.contains { $0 > state.noticedAt }
        beginsEpoch = state.hasChanged ? .databaseChanged : isAhead ? .journalAhead : nil
        let isCompared = beginsEpoch == nil && epochs[state.epoch] != nil && state.own == .done
        comparesJournal = !isCompared && !journalIsNew
        registers = !isCompared
        // A sender that the database knows, or whose journal has entries, is not a new machine.
        replacesOthers = journalIsNew && state.own == nil && (beginsEpoch != nil || state.awaitsOthers)
    }

    /// Whether there is anything to do.
    public var isNeeded: Bool { registers }
}
