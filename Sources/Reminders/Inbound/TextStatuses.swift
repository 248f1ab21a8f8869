public import Booking
import BookingStore
public import FoundationEssentials
public import Messaging
public import Postgres

/// A receiver of delivery reports on sent text messages from SMS providers.
public struct TextStatuses: Sendable {
    /// A delivery report.
    public struct Report: Sendable {
        /// The provider's ID of the text message.
        public let providerID: String
        /// The reported progress.
        public let progress: TextDelivery.Report
        /// The provider's description, for display.
        public let detail: String
        /// The reason to block the number, if the provider reports one.
        public let suppression: Suppression.Reason?
        /// The number that the text message was sent to, if the report contains it.
        public let recipient: PhoneNumber?

        /// Creates a report.
        public init(
            providerID: String, progress: TextDelivery.Report, detail: String, suppression: Suppression.Reason?,
            recipient: PhoneNumber?
        ) {
            self.providerID = providerID
            self.progress = progress
            self.detail = detail
            self.suppression = suppression
            self.recipient = recipient
        }
    }

    /// The subject of a report.
    public enum Subject: Sendable {
        /// A message in the ledger, in its current state.
        case message(LedgerEntry)
        /// A reply to an inbound text message.
        case answer(toText: Int64)
        /// A text message that is not known yet.
        case unknown
    }

    /// The result of a report.
    public struct Receipt: Sendable {
        /// The subject of the report.
        public let subject: Subject
        /// Whether the report changed anything.
        public let changed: Bool
    }

    let database: Database
    let actor: String

    /// Creates the receiver of reports.
    ///
    /// - Parameters:
    ///   - database: The database of the ledger.
    ///   - actor: The actor for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Updates the ledger and the suppression list.
    ///
    /// A final status of an unknown text message is stored before the ledger is queried again: the sender stores the
    /// provider's ID before it looks for such a status, so that one of the two finds the other.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - now: The current time.
    /// - Returns: The result.
    /// - Throws: ``PostgresError``.
    public func receive(_ report: Report, now: Date) async throws -> Receipt {
        let receipt = try await applying(report, now: now)
        guard case .unknown = receipt.subject, report.progress != .underway else { return receipt }
        try await database.transaction { connection in
            try await TextStatusRepository(connection).keep(report, by: actor, now: now)
        }
        return try await applying(report, now: now)
    }

    private func applying(_ report: Report, now: Date) async throws -> Receipt {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            return try await TextStatusRepository(connection).apply(report, by: actor, now: now)
        }
    }
}

/// The effect of a provider's reports on a sent text message.
///
/// Reports may arrive in any order and repeatedly. A delivery takes precedence over a failure, and a failure over a
/// report that leaves the delivery open.
public enum TextDelivery {
    /// A provider's report.
    public enum Report: Hashable, Sendable {
        /// The provider or a carrier has accepted the text message.
        case underway
        /// The text message was delivered.
        case delivered
        /// The text message cannot be delivered.
        case failed
    }

    /// The status of the text message in the ledger.
    public enum Status: String, Sendable, CaseIterable {
        /// It has not been attempted, or will be retried.
        case queued
        /// It is being attempted.
        case attempting
        /// The provider has accepted it.
        case sent
        /// It failed.
        case failed
        /// Its delivery status is unknown.
        case unknown
        /// It was not sent.
        case skipped
    }

    /// A change in the ledger.
    public enum Change: Hashable, Sendable {
        /// No change.
        case none
        /// The provider has accepted it.
        case sent
        /// It was delivered; `afterFailure` is true if it was marked as failed before.
        case delivered(afterFailure: Bool)
        /// It was not delivered.
        case failed
    }

    /// Returns the change that a report causes.
    ///
    /// - Parameters:
    ///   - status: The status of the text message in the ledger.
    ///   - isDelivered: Whether its delivery is confirmed.
    ///   - report: The report.
    /// - Returns: The change.
    public static func change(of status: Status, isDelivered: Bool, by report: Report) -> Change {
        switch (report, status) {
        case (_, .queued), (_, .attempting), (_, .skipped): .none
        case (.underway, .unknown): .sent
        case (.underway, _): .none
        case (.delivered, _): isDelivered ? .none : .delivered(afterFailure: status == .failed)
        case (.failed, .failed): .none
        case (.failed, _): isDelivered ? .none : .failed
        }
    }
}

extension TextStatuses.Report {
    /// Creates a report for the ledger and the suppression list from a provider's report.
    ///
    /// An unreachable handset (30003) or a text message stopped by a filter (30007) does not make the number invalid.
    ///
    /// - Parameters:
    ///   - report: The provider's report.
    ///   - recipient: The number that the text message was sent to, if the report contains it.
    public init(_ report: TextStatusReport, to recipient: PhoneNumber?) {
        let progress: TextDelivery.Report =
            switch report.progress {
            case .underway: .underway
            case .delivered: .delivered
            case .failed: .failed
            }
        self.init(
            providerID: report.id, progress: progress, detail: report.words,
            suppression: progress == .failed ? report.error?.suppression : nil, recipient: recipient)
    }
}
