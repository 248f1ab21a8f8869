public import FoundationEssentials
import Locking
import Postgres

/// The journal of a sender, which lists attempts outside the database before they are made.
///
/// After a restore, it shows which of the messages that are queued again were sent before. All processes with the same
/// home share one journal, and each appends to its own file. A batch of messages is on disk before its first message is
/// passed to a transport, with one `fsync`; concurrent batches share it.
public final class AttemptJournal: Sendable {
    private struct Opened {
        let database: UUID
        let id: UUID
        let folder: JournalFolder
        let file: JournalFile
        /// The last run of each file when the journal was opened.
        let recordedRuns: [RecordedRun]
        /// The last run of this process; `nil` before the first one starts.
        var ownRun: RecordedRun?
        var epochs: [UUID: Int64]
        var isNew: Bool

        /// The run of this process; before it starts one, the last run of each file.
        var runs: [RecordedRun] { ownRun.map { [$0] } ?? recordedRuns }
    }

    private let home: String
    private let opened = Guarded<Opened?>(nil)

    /// Creates a journal without reading or writing files.
    ///
    /// - Parameter home: The folder of Intro's data.
    public init(home: String) {
        self.home = home
    }

    /// The facts about a journal that are kept in memory.
    struct Summary {
        let database: UUID
        let id: UUID
        let runs: [RecordedRun]
        let epochs: [UUID: Int64]
        let isNew: Bool
    }

    /// The summary of the journal; `nil` before it is opened, and if its files were removed.
    var summary: Summary? {
        opened.withLock { opened in
            guard let journal = opened, journal.file.isInPlace else {
                opened = nil
                return nil
            }
            return Summary(
                database: journal.database, id: journal.id, runs: journal.runs, epochs: journal.epochs,
                isNew: journal.isNew)
        }
    }

    /// Opens the journal of a database.
    ///
    /// - Parameters:
    ///   - database: The name of the database.
    ///   - now: The current time: entries with past deadlines are removed.
    /// - Returns: The summary of the journal.
    /// - Throws: `JournalError`.
    func open(database: UUID, at now: Date) throws(JournalError) -> Summary {
        if let summary, summary.database == database { return summary }
        let folder = JournalFolder(home: home, database: database)
        let id = try folder.open()
        let file = try folder.claimFile(at: now)
        let content = try folder.content()
        opened.withLock {
            $0 = Opened(
                database: database, id: id, folder: folder, file: file, recordedRuns: content.runs,
                epochs: content.epochs, isNew: content.isEmpty)
        }
        return Summary(
            database: database, id: id, runs: content.runs, epochs: content.epochs, isNew: content.isEmpty)
    }

    /// Reads all files of the journal.
    ///
    /// - Throws: `JournalError`.
    func content() throws(JournalError) -> JournalContent {
        guard let folder = opened.withLock({ $0?.folder }) else { return JournalContent([]) }
        return try folder.content()
    }

    /// Records that the journal was compared with the database.
    ///
    /// - Parameter state: The state of the database.
    /// - Throws: `JournalError`.
    func record(_ state: DeliveryEpochState) throws(JournalError) {
        let file = try file()
        let line = JournalLine.epoch(
            state.epoch, noticedAt: state.noticedAt, systemIdentifier: state.systemIdentifier,
            timeline: state.timeline)
        try file.sync(upTo: try file.append([line]))
        opened.withLock {
            $0?.epochs[state.epoch] = state.noticedAt
            $0?.isNew = false
        }
    }

    /// Records the start of a run, which is written to disk with the first batch.
    func start(_ run: RecordedRun, until: Date) throws(JournalError) {
        try file().append([.start(run, until: until.microseconds)])
        opened.withLock {
            $0?.ownRun = run
            $0?.isNew = false
        }
    }

    /// Records that the end of a run is in the database.
    func end(_ run: Int32) throws(JournalError) {
        try file().append([.end(run: run)])
        opened.withLock { opened in
            guard opened?.ownRun?.id == run else { return }
            opened?.ownRun?.hasEnded = true
        }
    }

    /// Records the messages of a batch before they are passed to a transport, and waits until they are on disk.
    ///
    /// - Parameters:
    ///   - messages: The batch.
    ///   - run: The run.
    ///   - now: The time of the attempt.
    /// - Throws: `JournalError`; no message of the batch may be sent then.
    func write(_ messages: [ClaimedMessage], run: Int32, at now: Date) throws(JournalError) {
        guard !messages.isEmpty else { return }
        let file = try file()
        let position = try file.append(
            messages.flatMap { message in
                MessageIdentity.all(of: message).map { row, identity in
                    .attempt(
                        JournaledAttempt(
                            run: run, row: row,
                            attempt: DeliveryAttempt(message: identity, number: message.attempt, at: now),
                            deadline: message.deadline))
                }
            })
        try file.sync(upTo: position)
    }

    /// Records the messages that no transport accepted.
    ///
    /// If such a record is lost in a crash, the message is considered sent.
    func writeNotSent(_ records: [DeliveryRecord], run: Int32) throws(JournalError) {
        let notSent = records.filter { $0.status == .queued || $0.status == .failed }
        guard !notSent.isEmpty else { return }
        try file().append(notSent.map { .notSent(run: run, message: $0.message) })
    }

    private func file() throws(JournalError) -> JournalFile {
        guard let file = opened.withLock({ $0?.file }) else { throw JournalError(path: home, number: 2) }
        return file
    }
}

extension DeliveryRun {
    /// The journal of a run that has started.
    struct RunJournal: Sendable {
        let journal: AttemptJournal
        let run: Int32

        /// Records messages on disk before the first of them is passed to a transport.
        func write(_ messages: [ClaimedMessage], at now: Date) throws(JournalError) {
            try journal.write(messages, run: run, at: now)
        }

        /// Records the messages that no transport accepted.
        func writeNotSent(_ records: [DeliveryRecord]) throws(JournalError) {
            try journal.writeNotSent(records, run: run)
        }
    }

    /// Records the start of a run in the journal.
    ///
    /// - Parameters:
    ///   - number: The run.
    ///   - epoch: The epoch in which the journal was compared with the database; `nil` without a journal.
    ///   - until: Messages due later are not sent.
    ///   - connection: A connection to the database.
    /// - Returns: The journal of the run; `nil` without a journal.
    /// - Throws: `JournalError` or `PostgresError`.
    func startJournal(
        _ number: Int32, epoch: UUID?, until: Date, on connection: Connection
    ) async throws -> RunJournal? {
        guard let journal = reconciler?.journal, let epoch, let id = journal.summary?.id else { return nil }
        let startedAt = try await DeliveryEpochRepository(connection).start(number, of: id)
        try journal.start(RecordedRun(id: number, startedAt: startedAt, epoch: epoch), until: until)
        return RunJournal(journal: journal, run: number)
    }

    /// Returns the messages that are held because the database was restored or promoted.
    ///
    /// - Parameter until: Messages due later are not counted.
    /// - Returns: The reason and the number; `nil` if none is held.
    /// - Throws: `PostgresError`.
    public func heldMessages(until: Date?) async throws -> HeldMessages? {
        try await database.withConnection {
            try await DeliveryEpochRepository($0).heldMessages(until: until ?? clock())
        }
    }
}

extension DeliveryWorker {
    /// Records claimed messages in the journal before the first of them is passed to a transport.
    ///
    /// - Throws: `JournalError`, after the messages were released.
    func writeJournal(_ batch: MessageBatch) async throws {
        guard let journal else { return }
        do {
            try journal.write(batch.messages, at: run.clock())
        } catch {
            progress.giveBack(batch.messages.count)
            try await write(
                batch.unreadable + batch.messages.flatMap { DeliveryRecord.unattempted($0.message).forRows(of: $0) })
            throw error
        }
    }
}
