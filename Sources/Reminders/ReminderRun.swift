import BookingStore
public import FoundationEssentials
public import Logging
public import Messaging
public import Postgres

/// One batch: plans what is due, and lets several couriers carry it, each message at most once.
///
/// A batch has one connection to the database, whatever the number of its couriers. The lock that shows it alive is on
/// the same connection: a sender that has lost its lock cannot take up another message.
public struct ReminderRun: Sendable {
    let database: Database
    let transport: any Transport<PostedMail>
    let composer: Composer
    let sender: Mailbox
    let actor: String
    let clock: @Sendable () -> Date
    let couriers: Int
    let logger: Logger

    /// Prepares a batch.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - transport: How mail leaves.
    ///   - sender: Who mail is from.
    ///   - actor: Who sends, for the ledger.
    ///   - couriers: How many connections to the mail server at the most.
    ///   - clock: The clock by which messages are due.
    ///   - logger: Where trouble is told.
    /// - Throws: `TemplateError`.
    public init(
        database: Database, transport: any Transport<PostedMail>, sender: Mailbox, actor: String, couriers: Int,
        clock: @escaping @Sendable () -> Date, logger: Logger
    ) throws {
        self.database = database
        self.transport = transport
        self.composer = try Composer(sender: sender)
        self.sender = sender
        self.actor = actor
        self.couriers = couriers
        self.clock = clock
        self.logger = logger
    }

    /// Sends what is due.
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
        let (orphans, due) = try await database.withConnection { connection in
            let ledger = DeliveryRepository(connection)
            try await ledger.plan(until: until, now: clock())
            let due = try await ledger.countDue(until: until, now: clock(), limit: min(limit ?? .max, couriers)).due
            return (try await ledger.sweep(), due)
        }
        let batch = Batch(limit: limit, orphans: orphans)
        if due > 0 { try await carry(batch, until: until, couriers: due) }
        return batch.report
    }

    /// Tells what a batch would do, and changes nothing.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: How many messages at the most; `nil` is all.
    /// - Returns: How many are due, and how many of these would be skipped.
    /// - Throws: `PostgresError`.
    public func rehearse(until: Date?, limit: Int?) async throws -> Tally {
        let until = until ?? clock()
        do {
            return try await database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                try await ledger.plan(until: until, now: clock())
                let (due, skipped) = try await ledger.countDue(until: until, now: clock(), limit: limit ?? .max)
                throw Rehearsed(tally: Tally(due: due, skipped: skipped))
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.tally
        }
    }

    private func carry(_ batch: Batch, until: Date, couriers: Int) async throws {
        let number = try await database.withConnection { try await DeliveryRepository($0).openRun(actor: actor) }
        do {
            try await database.withConnection { connection in
                let ledger = DeliveryRepository(connection)
                try await ledger.keepingAlive(number) {
                    try await send(batch, number, through: ledger, until: until, couriers: couriers)
                    try await countRest(of: batch, number, in: ledger, until: until)
                }
            }
        } catch {
            await writeLate(batch, number)
            throw error
        }
    }

    private func send(
        _ batch: Batch, _ number: Int32, through ledger: DeliveryRepository, until: Date, couriers: Int
    ) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<couriers {
                group.addTask {
                    try await transport.withCourier { courier in
                        try await CourierRound(
                            run: self, number: number, ledger: ledger, batch: batch, until: until
                        ).work(with: courier)
                    }
                }
            }
            // The first failure tells the other couriers to stop.
            for try await _ in group {}
        }
    }

    /// What was due and not even tried, because nothing can be handed over, has failed like what was tried.
    private func countRest(
        of batch: Batch, _ number: Int32, in ledger: DeliveryRepository, until: Date
    ) async throws {
        guard batch.isUnreachable else { return }
        let (now, left) = (clock(), batch.left)
        let rest = try await finishing {
            try await ledger.countDue(until: until, now: now, limit: left, untriedBy: number).due
        }
        batch.fail(rest)
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
                "what became of some messages could not be written down; the next batch lists them as unknown",
                metadata: ["messages": "\(records.count)", "run": "\(number)", "error": "\(error)"])
        }
    }
}

/// Ends a rehearsal's transaction without keeping it.
private struct Rehearsed: Error {
    let tally: ReminderRun.Tally
}
