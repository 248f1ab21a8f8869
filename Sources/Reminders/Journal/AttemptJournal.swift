public import FoundationEssentials
import Postgres

/// The journal of a sender: what it is about to send, kept outside the database.
///
/// After a restore it tells which of the messages that are queued again were sent before. All processes with the same home
/// share one journal, and each appends to a file of its own. A batch of messages is on disk before the first of them is
/// handed to a transport, with one `fsync`; batches that are written at the same time share it.
public final class AttemptJournal: Sendable {
    private struct Opened {
        let database: UUID
        let id: UUID
        let folder: JournalFolder
        let file: JournalFile
        /// Until the files were read for the first time, the runs of earlier processes are not known.
        var runs: [RecordedRun]
        var epochs: [UUID: Int64]
        var isNew: Bool
    }

    private let home: String
    private let opened = Guarded<Opened?>(nil)

    /// Describes a journal; nothing is read or written yet.
    ///
    /// - Parameter home: The folder of Intro's own data.
    public init(home: String) {
        self.home = home
    }

    /// What a sender knows of its journal without reading it.
    struct Summary {
        let database: UUID
        let id: UUID
        let runs: [RecordedRun]
        let epochs: [UUID: Int64]
        let isNew: Bool
    }

    /// The journal in short; `nil` while it has not been opened, and where its files are gone.
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
    ///   - now: The present instant: entries whose deadlines have passed are removed.
    /// - Returns: The journal in short.
    /// - Throws: `JournalError`.
    func open(database: UUID, at now: Date) throws(JournalError) -> Summary {
        if let summary, summary.database == database { return summary }
        let folder = JournalFolder(home: home, database: database)
        let id = try folder.open()
        let file = try folder.claimFile(at: now)
        let content = try folder.content()
        opened.withLock {
            $0 = Opened(
                database: database, id: id, folder: folder, file: file, runs: content.runs, epochs: content.epochs,
                isNew: content.isEmpty)
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
    /// - Parameter state: What the database said.
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

    /// Records that a run starts; it is on disk with the first batch.
    func start(_ run: RecordedRun, until: Date) throws(JournalError) {
        try file().append([.start(run, until: until.microseconds)])
        opened.withLock {
            $0?.runs = [run]
            $0?.isNew = false
        }
    }

    /// Records that the end of a run is in the database.
    func end(_ run: Int32) throws(JournalError) {
        try file().append([.end(run: run)])
        opened.withLock { opened in
            guard opened?.runs.last?.id == run else { return }
            opened?.runs[0].hasEnded = true
        }
    }

    /// Records what is about to be handed to a transport, and waits until it is on disk.
    ///
    /// - Parameters:
    ///   - messages: The batch.
    ///   - run: The run.
    ///   - now: The instant of the attempt.
    /// - Throws: `JournalError`; nothing of the batch may be sent then.
    func write(_ messages: [ClaimedMessage], run: Int32, at now: Date) throws(JournalError) {
        guard !messages.isEmpty else { return }
        let file = try file()
        let position = try file.append(
            messages.map { message in
                .attempt(
                    JournaledAttempt(
                        run: run, row: message.message,
                        attempt: DeliveryAttempt(
                            message: MessageIdentity(message), number: message.attempt, at: now),
                        deadline: message.deadline))
            })
        try file.sync(upTo: position)
    }

    /// Records which messages no transport took.
    ///
    /// What a crash loses of it is taken for sent.
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
            try await write(batch.unreadable + batch.messages.map { .unattempted($0.message) })
            throw error
        }
    }
}
