import Booking
import BookingStore
public import FoundationEssentials
public import Logging
public import Messaging
public import Postgres

/// One batch: plans what is due, and lets several couriers of each channel carry it, each message at most once.
///
/// A batch has one connection to the database, whatever the number of its couriers. The lock that shows it alive is on
/// the same connection: a sender that has lost its lock cannot take up another message.
public struct ReminderRun: Sendable {
    /// Whether a sender waits for what may still change.
    public enum Patience: Sendable {
        /// Sends all that is due, and tries a message on a paused channel at once: by hand.
        case none
        /// Sends all that is due, but leaves paused channels alone: from a crontab.
        case onChannels
        /// Leaves alone what waits: for another change, for a server that asked for time.
        case asLongAsNeeded
    }

    /// The clock that measures how long messages are in hand; tests stop it, so that hands have the same sizes each time.
    var stopwatch: @Sendable () -> ContinuousClock.Instant = { .now }

    let database: Database
    let mail: Route<PostedMail>
    let texts: Route<TextMessage>
    let actor: String
    let patience: Patience
    let clock: @Sendable () -> Date
    let freshness: Duration
    let reach: Duration
    let host: String
    let templates: TemplateStore?
    let reconciler: JournalReconciler?
    let logger: Logger
    private let hasBegun = Guarded(false)
    /// How long a message waits whose template cannot be used, unless the template changes.
    static let templateRetry: TimeInterval = 300

    /// Prepares a batch.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - mail: How mail leaves.
    ///   - texts: How texts leave.
    ///   - actor: Who sends, for the ledger.
    ///   - patience: Whether to leave alone what waits.
    ///   - clock: The clock by which messages are due.
    ///   - freshness: A message that was judged longer ago is judged anew before it goes out.
    ///   - reach: A patient batch takes up nothing more after so long: texts that leave one a second must not keep a
    ///     confirmation waiting that is asked for meanwhile.
    ///   - host: The name under which a patient sender stores that it has paused a channel.
    ///   - templates: The templates that both routes render, read again before each batch; `nil` where they never change.
    ///   - journal: The journal of what this sender sends, outside the database; `nil` keeps none.
    ///   - restoreLevel: How a restore of the database is logged.
    ///   - logger: Where trouble is told.
    public init(
        database: Database, mail: Route<PostedMail>, texts: Route<TextMessage>, actor: String,
        patience: Patience = .none, clock: @escaping @Sendable () -> Date, freshness: Duration = .milliseconds(100),
        reach: Duration = .seconds(5), host: String = "localhost", templates: TemplateStore? = nil,
        journal: AttemptJournal? = nil, restoreLevel: Logger.Level = .warning, logger: Logger
    ) {
        self.database = database
        self.mail = mail
        self.texts = texts
        self.actor = actor
        self.patience = patience
        self.clock = clock
        self.freshness = freshness
        self.reach = reach
        self.host = host
        self.templates = templates
        self.logger = logger
        reconciler = journal.map {
            JournalReconciler(
                database: database, journal: $0, actor: actor, host: host, clock: clock, level: restoreLevel,
                logger: logger)
        }
    }

    /// Sends what is due.
    ///
    /// A patient sender leaves planning to those who do it each minute: whatever may keep that from coming to its end does
    /// not keep what is written down from going out.
    ///
    /// A cancelled task lets each courier finish the message that it is handing over; what it has taken up beyond that
    /// stays queued.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: How many messages at the most; `nil` is all.
    /// - Returns: What became of them; of a cancelled batch, what had become of them until then.
    /// - Throws: `PostgresError` or `TransportConfigurationError`.
    public func send(until: Date?, limit: Int?) async throws -> Report {
        let until = until ?? clock()
        let change = templates?.refresh()
        // Nothing is sent with a limit of 0, and nothing is written.
        let journaled = limit == 0 ? nil : try await reconciler?.reconcile()
        if patience != .asLongAsNeeded {
            try await database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                try await ledger.plan(until: until, now: clock())
                try await ledger.release(until: until)
            }
        }
        let (orphans, work, channels) = try await database.withConnection { connection in
            let ledger = DeliveryRepository(connection)
            if patience == .asLongAsNeeded { try await resume(ledger, templatesChanged: change != nil) }
            let orphans = try await ledger.sweep()
            var work: [Channel: Int] = [
                .email: try await couriers(of: mail, limit, ledger, until: until),
                .sms: try await couriers(of: texts, limit, ledger, until: until),
            ]
            let channels = try await prepareChannels(&work, on: connection)
            return (orphans, work, channels)
        }
        let batch = Batch(
            limit: limit, health: channels.health, orphans: orphans,
            end: patience == .asLongAsNeeded ? ContinuousClock.now + reach : nil)
        batch.note(templateProblems: change?.problems ?? [])
        if work.values.contains(where: { $0 > 0 }) {
            try await carry(batch, until: until, epoch: journaled?.epoch, work)
        }
        let held = try await finishing { try await heldMessages(until: until) }
        batch.note(restored: journaled?.restored ?? 0, held: held)
        try await storeChannels(of: batch)
        return report(of: batch, left: channels.left)
    }

    /// Ends the wait of messages whose templates have changed.
    private func resume(_ ledger: DeliveryRepository, templatesChanged: Bool) async throws {
        let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        // The templates of a process that has just started may be others than those of the one before.
        if isFirst || templatesChanged { try await ledger.releaseTemplateErrors() }
    }

    /// How many couriers of a route there is work for.
    private func couriers<Item>(
        of route: Route<Item>, _ limit: Int?, _ ledger: DeliveryRepository, until: Date
    ) async throws -> Int {
        try await ledger.countWork(
            by: route.channel, until: until, limit: min(limit ?? .max, route.couriers))
    }

    private func carry(_ batch: Batch, until: Date, epoch: UUID?, _ work: [Channel: Int]) async throws {
        let number = try await database.withConnection { try await DeliveryRepository($0).openRun(actor: actor) }
        do {
            try await database.withConnection { connection in
                let ledger = DeliveryRepository(connection)
                let journal = try await startJournal(number, epoch: epoch, until: until, on: connection)
                try await ledger.keepingAlive(number, in: database) {
                    try await withThrowingTaskGroup { group in
                        group.addTask {
                            try await send(
                                mail, batch, number, journal, through: ledger, until: until,
                                couriers: work[.email, default: 0])
                        }
                        group.addTask {
                            try await send(
                                texts, batch, number, journal, through: ledger, until: until,
                                couriers: work[.sms, default: 0])
                        }
                        for try await _ in group {}
                    }
                    // What is reported as sent is on disk.
                    try await finishing { try await ledger.endRun(number) }
                    try journal?.journal.end(number)
                }
            }
        } catch {
            await writeLate(batch, number)
            throw error
        }
    }

    private func send<Item>(
        _ route: Route<Item>, _ batch: Batch, _ number: Int32, _ journal: RunJournal?,
        through ledger: DeliveryRepository, until: Date, couriers: Int
    ) async throws {
        let round = CourierRound(
            route: route, run: self, number: number, ledger: ledger, batch: batch, until: until, journal: journal)
        if couriers > 0, batch.isTrial(route.channel) { try await round.trial() }
        try await withThrowingTaskGroup { group in
            for _ in 0..<couriers where batch.stop(of: route.channel) == nil && !batch.isTrial(route.channel) {
                group.addTask {
                    try await route.transport.withCourier { try await round.work(with: $0) }
                }
            }
            // The first failure tells the other couriers to stop.
            for try await _ in group {}
        }
        try await countRest(of: batch, route.channel, number, in: ledger, until: until)
    }

    /// What was due and not even tried, because nothing can be handed over, has failed like what was tried.
    private func countRest(
        of batch: Batch, _ channel: Channel, _ number: Int32, in ledger: DeliveryRepository, until: Date
    ) async throws {
        let (stop, reply) = (batch.stop(of: channel), batch.rest(of: channel))
        guard stop != nil || reply != nil else { return }
        let (now, left) = (clock(), batch.left)
        let rest = try await finishing {
            try await ledger.countDue(by: channel, until: until, now: now, limit: left, untriedBy: number).due
        }
        batch.failUntried(rest, as: Failure(untried: stop?.code ?? .deferred, channel))
        if stop == nil, let reply, rest > 0 || batch.report.tally.sent == 0 { batch.postpone(channel, because: reply) }
    }

    /// Writes down over a new connection what could not be written over a lost one; what this cannot either is unknown.
    private func writeLate(_ batch: Batch, _ number: Int32) async {
        let (records, database, now) = (batch.unwritten, database, clock())
        guard !records.isEmpty else { return }
        do {
            try await finishing {
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
