public import BookingStore
public import FoundationEssentials
import Postgres

extension DeliveryRun {
    /// The journal of a run that has started.
    struct RunJournal: Sendable {
        let journal: AttemptJournal
        let run: Int32

        /// Records messages on disk before the first of them is handed to a transport.
        func write(_ messages: [ClaimedMessage], at now: Date) throws(JournalError) {
            try journal.write(messages, run: run, at: now)
        }

        /// Records which messages no transport took.
        func writeNotSent(_ records: [DeliveryRecord]) throws(JournalError) {
            try journal.writeNotSent(records, run: run)
        }
    }

    /// Records in the journal that a run starts.
    ///
    /// - Parameters:
    ///   - number: The run.
    ///   - epoch: The epoch in which the journal was compared with the database; `nil` where there is no journal.
    ///   - until: What is due later is left alone.
    ///   - connection: A connection to the database.
    /// - Returns: The journal of the run; `nil` where there is none.
    /// - Throws: `JournalError` or `PostgresError`.
    func startJournal(
        _ number: Int32, epoch: UUID?, until: Date, on connection: Connection
    ) async throws -> RunJournal? {
        guard let journal = reconciler?.journal, let epoch, let id = journal.summary?.id else { return nil }
        let startedAt = try await DeliveryEpochRepository(connection).start(number, of: id)
        try journal.start(RecordedRun(id: number, startedAt: startedAt, epoch: epoch), until: until)
        return RunJournal(journal: journal, run: number)
    }

    /// The messages that a batch leaves alone because the database was restored or promoted.
    ///
    /// - Parameter until: What is due later does not count.
    /// - Returns: Why and how many; `nil` while nothing is held.
    /// - Throws: `PostgresError`.
    public func heldMessages(until: Date?) async throws -> HeldMessages? {
        try await database.withConnection {
            try await DeliveryEpochRepository($0).heldMessages(until: until ?? clock())
        }
    }
}

extension DeliveryWorker {
    /// Records claimed messages in the journal, before the first of them is handed over.
    ///
    /// - Throws: `JournalError`, after the messages were given back.
    func writeJournal(_ batch: MessageBatch) async throws {
        guard let journal else { return }
        do {
            try journal.write(batch.messages, at: run.clock())
        } catch {
            progress.giveBack(batch.messages.count)
            try await write(batch.unreadable + batch.messages.map { .untried($0.message) })
            throw error
        }
    }
}
