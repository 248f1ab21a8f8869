public import BookingStore
public import FoundationEssentials
public import Postgres

/// The invariants of the message ledger.
public enum LedgerInvariant: String, CaseIterable, Sendable {
    /// The ledger has each message that a rule requires.
    case missing = "ledger_missing"
    /// A queued message that is due has a reason to wait, or is sent.
    case overdue = "ledger_overdue"
    /// The attempt of each message belongs to a sender at work.
    case abandoned = "attempt_abandoned"
    /// Nothing about a session is sent after its cancellation, except notices of the cancellation.
    case sentAfterCancellation = "sent_after_cancellation"
    /// A rule sends one message for a revision of a session by each channel.
    case sentTwice = "sent_twice"

    /// Counts the violations, and describes the first ones.
    ///
    /// - Parameters:
    ///   - connection: The connection, in the transaction whose snapshot is checked.
    ///   - now: The current time.
    /// - Returns: The violations.
    /// - Throws: `PostgresError`.
    public func result(on connection: isolated Connection, now: Date) async throws -> InvariantResult {
        try await query(now: now).result(on: connection)
    }

    /// The time within which messages are planned and sent while a runner is active; that of the alert
    /// `IntroRemindersOverdue`.
    private static let grace: TimeInterval = 900

    private func query(now: Date) -> InvariantQuery {
        let due = now - Self.grace
        return switch self {
        case .missing: .missingMessages(now: now, dueBefore: due)
        case .overdue: .overdueMessages(dueBefore: due)
        case .abandoned: .abandonedAttempts(before: due)
        case .sentAfterCancellation: .sentAfterCancellation
        case .sentTwice: .sentTwice
        }
    }
}
