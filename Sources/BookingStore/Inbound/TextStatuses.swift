public import Booking
public import FoundationEssentials
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
