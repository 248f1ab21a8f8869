public import Jobs

/// Removes what nobody will ask about any more: dead jobs, runners that are gone.
///
/// The ledger and the event log stay.
public struct PruneHistory: Job {
    /// `history.prune`.
    public static let kind = "history.prune"

    /// Asks for it.
    public init() {}
}
