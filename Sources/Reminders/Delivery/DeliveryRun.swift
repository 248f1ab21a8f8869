import Booking
public import FoundationEssentials
import Locking
public import Logging
public import Messaging
public import Postgres

/// A run that plans due messages and sends them over several sessions of each channel, each message at most once.
///
/// A run has one connection to the database, whatever the number of its sessions. The run's lock is held by the same
/// connection: a sender that has lost its lock cannot claim another message.
public struct DeliveryRun: Sendable {
    /// The treatment of paused channels and waiting messages.
    public enum DeliveryMode: Sendable {
        /// Sends all due messages, and tries one on a paused channel at once: for manual runs.
        case manual
        /// Sends all due messages except on paused channels: for a crontab.
        case periodic
        /// Leaves waiting messages to later runs: for a runner.
        case continuous
    }

    /// The clock that measures the time since a claim; tests stop it, so that batch sizes are reproducible.
    var stopwatch: @Sendable () -> ContinuousClock.Instant = { .now }

    let database: Database
    let mail: DeliveryChannel<MailEnvelope>
    let texts: DeliveryChannel<TextMessage>
    let actor: String
    let mode: DeliveryMode
    let clock: @Sendable () -> Date
    let maximumClaimAge: Duration
    let reach: Duration
    let host: String
    let templates: TemplateStore?
    let reconciler: JournalReconciler?
    let logger: Logger
    private let hasBegun = Guarded(false)
    /// The time that a message waits for a broken template, unless the template changes.
    static let templateRetry: TimeInterval = 300

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - database: The database of the ledger.
    ///   - mail: The channel of e-mail.
    ///   - texts: The channel of text messages.
    ///   - actor: The actor for the ledger.
    ///   - mode: How to treat paused channels and waiting messages.
    ///   - clock: The clock by which messages are due.
    ///   - maximumClaimAge: A message that was claimed longer ago is evaluated again before it is sent.
    ///   - reach: The time after which a continuous run claims no more messages: text messages that are sent at one per
    ///     second must not delay a confirmation that is requested meanwhile.
    ///   - host: The name under which a sender stores the pause of a channel.
    ///   - templates: The templates of both channels, reloaded before each run; `nil` if they never change.
    ///   - journal: The journal of sent messages, outside the database; `nil` for none.
    ///   - restoreLevel: The log level of a database restore.
    ///   - advice: The advice that the log adds to problems.
    ///   - logger: The log of problems.
    public init(
        database: Database, mail: DeliveryChannel<MailEnvelope>, texts: DeliveryChannel<TextMessage>, actor: String,
        mode: DeliveryMode = .manual, clock: @escaping @Sendable () -> Date,
        maximumClaimAge: Duration = .milliseconds(100),
        reach: Duration = .seconds(5), host: String = "localhost", templates: TemplateStore? = nil,
        journal: AttemptJournal? = nil, restoreLevel: Logger.Level = .warning, advice: DeliveryAdvice = .none,
        logger: Logger
    ) {
        self.database = database
        self.mail = mail
        self.texts = texts
        self.actor = actor
        self.mode = mode
        self.clock = clock
        self.maximumClaimAge = maximumClaimAge
        self.reach = reach
        self.host = host
        self.templates = templates
        self.logger = logger
        reconciler = journal.map {
            JournalReconciler(
                database: database, journal: $0, actor: actor, host: host, clock: clock, level: restoreLevel,
                advice: advice, logger: logger)
        }
    }

    /// Sends due messages.
    ///
    /// A continuous run does not plan: a job plans each minute, and its failure does not block queued messages.
    ///
    /// If the task is cancelled, each session finishes its current message; other claimed messages return to the queue.
    ///
    /// With a limit of 0, nothing is sent or written.
    ///
    /// - Parameters:
    ///   - until: Messages due later are not sent; `nil` is now.
    ///   - limit: The maximum number of messages; `nil` is all.
    /// - Returns: The outcomes; for a cancelled run, the outcomes so far.
    /// - Throws: `PostgresError` or `TransportConfigurationError`.
    public func send(until: Date?, limit: Int?) async throws -> Report {
        let until = until ?? clock()
        let change = templates?.refresh()
        guard limit != 0 else { return try await reportWithoutMessages(until: until, change) }
        let journaled = try await reconciler?.reconcile()
        if mode != .continuous {
            let planned = try await database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                let planned = try await ledger.plan(until: until, now: clock())
                try await ledger.release(until: until)
                return planned
            }
            planned.log(to: logger)
        }
        let (abandoned, work, channels) = try await database.withConnection { connection in
            let ledger = DeliveryRepository(connection)
            if mode == .continuous { try await resume(ledger, templatesChanged: change != nil) }
            let abandoned = try await ledger.markAbandonedAsUnknown()
            var work: [Channel: Int] = [
                .email: try await connections(of: mail, limit, ledger, until: until),
                .sms: try await connections(of: texts, limit, ledger, until: until),
            ]
            let channels = try await prepareChannels(&work, on: connection)
            return (abandoned, work, channels)
        }
        let progress = DeliveryProgress(
            limit: limit, health: channels.health, abandoned: abandoned,
            end: mode == .continuous ? ContinuousClock.now + reach : nil)
        progress.note(templateProblems: change?.problems ?? [])
        if work.values.contains(where: { $0 > 0 }) {
            try await runWorkers(progress, until: until, epoch: journaled?.epoch, work)
        }
        let held = try await runToCompletion { try await heldMessages(until: until) }
        progress.note(restored: journaled?.restored ?? 0, held: held)
        try await storeChannels(of: progress)
        return report(of: progress, left: channels.left)
    }

    /// Returns the report of a run that sends and writes nothing.
    private func reportWithoutMessages(until: Date, _ change: TemplateStore.Change?) async throws -> Report {
        let progress = DeliveryProgress(limit: 0, abandoned: [])
        progress.note(templateProblems: change?.problems ?? [])
        progress.note(restored: 0, held: try await heldMessages(until: until))
        return progress.report
    }

    /// Ends the wait of messages whose templates have changed.
    private func resume(_ ledger: DeliveryRepository, templatesChanged: Bool) async throws {
        let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        // The templates may have changed before this process started.
        if isFirst || templatesChanged { try await ledger.releaseTemplateErrors() }
    }

    /// Returns the number of connections of a channel that have messages to send.
    private func connections<Item>(
        of deliveryChannel: DeliveryChannel<Item>, _ limit: Int?, _ ledger: DeliveryRepository, until: Date
    ) async throws -> Int {
        try await ledger.countClaimable(
            by: deliveryChannel.channel, until: until, limit: min(limit ?? .max, deliveryChannel.connections))
    }

    private func runWorkers(_ progress: DeliveryProgress, until: Date, epoch: UUID?, _ work: [Channel: Int])
        async throws
    {
        let number = try await database.withConnection { try await DeliveryRepository($0).openRun(actor: actor) }
        do {
            try await database.withConnection { connection in
                let ledger = DeliveryRepository(connection)
                let journal = try await startJournal(number, epoch: epoch, until: until, on: connection)
                try await ledger.withRunLock(number, in: database) {
                    try await withThrowingTaskGroup { group in
                        group.addTask {
                            try await send(
                                mail, progress, number, journal, through: ledger, until: until,
                                connections: work[.email, default: 0])
                        }
                        group.addTask {
                            try await send(
                                texts, progress, number, journal, through: ledger, until: until,
                                connections: work[.sms, default: 0])
                        }
                        for try await _ in group {}
                    }
                    // The commit makes all reported outcomes durable.
                    try await runToCompletion { try await ledger.endRun(number) }
                    try journal?.journal.end(number)
                }
            }
        } catch {
            await recordOverNewConnection(progress, number)
            throw error
        }
    }

    private func send<Item>(
        _ deliveryChannel: DeliveryChannel<Item>, _ progress: DeliveryProgress, _ number: Int32, _ journal: RunJournal?,
        through ledger: DeliveryRepository, until: Date, connections: Int
    ) async throws {
        let worker = DeliveryWorker(
            deliveryChannel: deliveryChannel, run: self, number: number, ledger: ledger, progress: progress,
            until: until, journal: journal)
        if connections > 0, progress.isTrial(deliveryChannel.channel) { try await worker.trial() }
        try await withThrowingTaskGroup { group in
            for _ in 0..<connections
            where progress.stop(of: deliveryChannel.channel) == nil && !progress.isTrial(deliveryChannel.channel) {
                group.addTask {
                    try await deliveryChannel.transport.withSession { try await worker.work(with: $0) }
                }
            }
            // The first failure cancels the other connections.
            for try await _ in group {}
        }
        try await countUntried(of: progress, deliveryChannel.channel, number, in: ledger, until: until)
    }

    /// Counts due messages that were not tried, because the channel cannot be used, as failed.
    private func countUntried(
        of progress: DeliveryProgress, _ channel: Channel, _ number: Int32, in ledger: DeliveryRepository, until: Date
    ) async throws {
        let (stop, reply) = (progress.stop(of: channel), progress.rest(of: channel))
        guard stop != nil || reply != nil else { return }
        let (now, left) = (clock(), progress.left)
        let rest = try await runToCompletion {
            try await ledger.countDue(by: channel, until: until, now: now, limit: left, unattemptedBy: number).due
        }
        progress.failUntried(rest, as: Failure(unattempted: stop?.code ?? .deferred, channel))
        if stop == nil, let reply, rest > 0 || progress.report.counts.sent == 0 {
            progress.postpone(channel, because: reply)
        }
    }

    /// Records outcomes over a new connection after the first one was lost; if this fails too, they become unknown.
    private func recordOverNewConnection(_ progress: DeliveryProgress, _ number: Int32) async {
        let (records, database, now) = (progress.unrecorded, database, clock())
        guard !records.isEmpty else { return }
        do {
            try await runToCompletion {
                try await database.transaction {
                    try await DeliveryRepository($0).record(records, by: number, at: now)
                }
            }
        } catch {
            logger.error(
                "the outcome of some messages could not be recorded; the next batch lists them as unknown",
                metadata: ["messages": "\(records.count)", "run": "\(number)", "error": "\(error)"])
        }
    }
}

/// Runs an operation to its end even if the calling task is cancelled, so that outcomes are always recorded.
func runToCompletion<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await Task { try await work() }.value
}
