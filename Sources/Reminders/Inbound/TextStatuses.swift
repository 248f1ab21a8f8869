public import Booking
import BookingStore
public import FoundationEssentials
public import Messaging
public import Postgres

/// What SMS services report of texts that were sent.
public struct TextStatuses: Sendable {
    /// A report.
    public struct Report: Sendable {
        /// The service's own name for the text.
        public let providerID: String
        /// How far the text has come.
        public let progress: TextDelivery.Report
        /// The service's words, for whoever asks later.
        public let detail: String
        /// Why nothing more should be sent to the number, where the service knows.
        public let suppression: Suppression.Reason?
        /// The number that it was sent to, where the service says.
        public let recipient: PhoneNumber?

        /// Describes a report.
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

    /// What a report was about.
    public enum Subject: Sendable {
        /// A message of the ledger, as it is now.
        case message(LedgerEntry)
        /// Our answer to a text.
        case answer(toText: Int64)
        /// No text that is known yet.
        case unknown
    }

    /// What came of a report.
    public struct Receipt: Sendable {
        /// What it was about.
        public let subject: Subject
        /// Whether anything is otherwise now.
        public let changed: Bool
    }

    let database: Database
    let actor: String

    /// Prepares to receive reports.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - actor: Who receives them, for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Updates the ledger and the suppression list.
    ///
    /// A final status of a text that is not known yet is stored before the ledger is asked once more: the sender stores
    /// the text's name before it looks for such a status, so that one of the two finds the other.
    ///
    /// - Parameters:
    ///   - report: What the service reports.
    ///   - now: When.
    /// - Returns: What came of it.
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
            try await BookingLocks(actor: actor).begin(on: connection)
            return try await TextStatusRepository(connection).apply(report, by: actor, now: now)
        }
    }
}

/// What becomes of a sent text when its service reports on it.
///
/// Reports arrive in any order and more than once. What counts most wins: a delivery over a failure, a failure over
/// anything that says nothing of the arrival.
public enum TextDelivery {
    /// What the service reports.
    public enum Report: Hashable, Sendable {
        /// It has the text, or has passed it on.
        case underway
        /// The text has arrived.
        case delivered
        /// The text will not arrive.
        case failed
    }

    /// What the ledger says of the text.
    public enum Status: String, Sendable, CaseIterable {
        /// It was not handed over yet, or is to be once more.
        case queued
        /// It is being handed over.
        case attempting
        /// The service has taken it.
        case sent
        /// It did not arrive.
        case failed
        /// Nobody knows.
        case unknown
        /// It was not sent.
        case skipped
    }

    /// What changes in the ledger.
    public enum Change: Hashable, Sendable {
        /// Nothing.
        case none
        /// The service has taken it after all.
        case sent
        /// It has arrived; `after` tells that it was taken for failed before.
        case delivered(afterFailure: Bool)
        /// It did not arrive.
        case failed
    }

    /// Returns what a report changes.
    ///
    /// - Parameters:
    ///   - status: What the ledger says of the text.
    ///   - isDelivered: Whether it is known to have arrived.
    ///   - report: What the service reports.
    /// - Returns: What changes.
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
    /// What a service's report means for the ledger and the suppression list.
    ///
    /// A number that is out of reach for a while (30003) or a text that a filter has stopped (30007) says nothing of the
    /// number.
    ///
    /// - Parameters:
    ///   - report: What the service reports.
    ///   - recipient: The number that the text was sent to, where the report has one.
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
